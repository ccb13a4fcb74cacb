import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HANDLER_OPTIONS } from '../../src/bus/handler-options.ts';
import { InvalidArgument } from '../../src/kernel/errors.ts';
import { page, rowsBelow } from '../docs/pages.ts';
import { startHouse } from './house-fixture.ts';

/** A right value of each option of `onStateChange`, by what the reference calls it, and as it stands in a program. */
const SAMPLES: Readonly<Record<string, readonly [option: string, source: string, value: unknown]>> = {
  name: ['name', "'x'", 'x'],
  once: ['once', 'true', true],
  debounce: ['debounce', "'1s'", '1s'],
  throttle: ['throttle', "'1s'", '1s'],
  "mode: 'queued'": ['mode', "'queued'", 'queued'],
  "mode: 'parallel'": ['mode', "'parallel'", 'parallel'],
  "mode: 'single'": ['mode', "'single'", 'single'],
  "mode: 'restart'": ['mode', "'restart'", 'restart'],
  maxPending: ['maxPending', '3', 3],
  overflow: ['overflow', "'drop-newest'", 'drop-newest'],
  timeout: ['timeout', 'false', false],
  priority: ['priority', '1', 1],
  onError: ['onError', '() => undefined', () => undefined],
  where: ['where', '() => true', () => true],
  to: ['to', "'on'", 'on'],
  from: ['from', "'off'", 'off'],
  changed: ['changed', '() => true', () => true],
  for: ['for', "'1m'", '1m'],
  immediate: ['immediate', 'true', true],
  every: ['every', 'true', true],
  resync: ['resync', "'ignore'", 'ignore'],
  backfill: ['backfill', 'true', true],
  cause: ['cause', "'user'", 'user'],
  availability: ['availability', "'raw'", 'raw'],
  durable: ['durable', 'true', true],
};
const NAMES = Object.keys(SAMPLES);
/** What a durable hold cannot do without. */
const NEEDED = ['name', 'for'];
const CASES = readFileSync(join(import.meta.dirname, '../types/cases/option-pairs.ts'), 'utf8');

/** All pairs of options, each with whatever it needs. */
function* pairs(): Iterable<readonly [string, string]> {
  for (const [index, first] of NAMES.entries()) {
    for (const second of NAMES.slice(index + 1))
      if (SAMPLES[first]?.[0] !== SAMPLES[second]?.[0]) yield [first, second];
  }
}

function withNeeded(pair: readonly [string, string]): readonly string[] {
  return pair.includes('durable') ? [...new Set([...NEEDED, ...pair])] : pair;
}

function pairKey(first: string, second: string): string {
  return [first, second].toSorted().join(' & ');
}

/** The pairs that the reference says cannot stand together. */
const REFUSED = new Set(
  rowsBelow(page('docs/reference/bus.md').text, 'What cannot stand together').flatMap(([ones = '', others = '']) =>
    wordsIn(ones).flatMap((one) => wordsIn(others).map((other) => pairKey(one, other))),
  ),
);

function wordsIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
}

describe('options of a subscription', () => {
  it('are all tried here', () => {
    const tried = new Set(NAMES.map((name) => SAMPLES[name]?.[0]));
    for (const option of HANDLER_OPTIONS) expect(tried).toContain(option);
    expect(REFUSED.size).toBeGreaterThan(10);
    for (const pair of REFUSED) for (const name of pair.split(' & ')) expect(NAMES).toContain(name);
  });

  it('go together, but for the pairs in the reference, which are refused in words', async () => {
    await using t = await startHouse({ 'light.hall': 'off' });
    const refused = new Map<string, InvalidArgument>();
    for (const pair of pairs()) {
      const options = Object.fromEntries(withNeeded(pair).map((name) => [SAMPLES[name]?.[0], SAMPLES[name]?.[2]]));
      try {
        t.bus.onStateChange('light.hall', options, () => undefined).cancel();
      } catch (error) {
        if (!(error instanceof InvalidArgument)) throw error;
        refused.set(pairKey(...pair), error);
      }
    }
    expect([...refused.keys()].toSorted()).toEqual([...REFUSED].toSorted());
    for (const { message, hint } of refused.values()) {
      expect(message).toMatch(/was given both "\w+" and "\w+", which contradict each other: \S/);
      expect(hint).toBe('Leave out one of the two, or make two subscriptions.');
    }
  });

  it('compile in the same pairs, and in no others', () => {
    // test/types compiles the file: what stands below an @ts-expect-error does not, and everything else does.
    const written = new Map(
      [
        ...CASES.matchAll(/(\/\/ @ts-expect-error[^\n]*\n\s*)?bus\.onStateChange\('light\.hall', \{ (.*) \}, done\);/g),
      ].map(([, refusal, options = '']) => [options, refusal !== undefined]),
    );
    const wanted = new Map(
      Array.from(pairs(), (pair) => [
        withNeeded(pair)
          .map((name) => `${SAMPLES[name]?.[0]}: ${SAMPLES[name]?.[1]}`)
          .join(', '),
        REFUSED.has(pairKey(...pair)),
      ]),
    );
    expect(written).toEqual(wanted);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STATE_MEANINGS } from '../../../src/home-assistant/domains/domain-states.ts';
import { lookOf } from '../../../src/home-assistant/domains/home-descriptions.ts';
import { domainModels } from '../../../src/home-assistant/domains/state-source.ts';
import { domainOf, isAvailable } from '../../../src/home-assistant/states/entity-state.ts';
import { readRecording } from '../../domains/domain-files.ts';

/** Every state that was recorded of a real home, as `light: on`. */
function recordedStates(folder: string): Set<string> {
  const states = new Set<string>();
  const note = (entityId: unknown, state: unknown): void => {
    if (
      typeof entityId === 'string' &&
      /^[a-z_]+\.\w+$/.test(entityId) &&
      typeof state === 'string' &&
      isAvailable(state)
    ) {
      states.add(`${domainOf(entityId)}: ${state}`);
    }
  };
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('entity_id' in value && 'state' in value) note(value.entity_id, value.state);
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'object' && inner !== null && 's' in inner && 'lc' in inner) note(key, inner.s);
      visit(inner);
    }
  };
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.json')) visit(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  }
  return states;
}

describe('the states of domains', () => {
  const recorded = [...recordedStates(join(import.meta.dirname, '../../fixtures/wire'))].map((text) => ({
    domain: domainOf(text.replace(': ', '.')),
    state: text.slice(text.indexOf(': ') + 2),
  }));

  it('are all those that a real home was seen to have, where there are no others', () => {
    const fixed = new Map(
      domainModels(readRecording())
        .filter((model) => model.fixed)
        .map(({ domain, words }) => [domain, words]),
    );
    const seen = recorded.filter(({ domain }) => fixed.has(domain));
    expect(seen.length).toBeGreaterThan(25);
    expect(seen.filter(({ domain, state }) => fixed.get(domain)?.includes(state) !== true)).toEqual([]);
  });

  it('look as what they are said to mean', () => {
    const looks: Readonly<Record<string, readonly string[]>> = {
      date: ['date'],
      'date-or-time': ['date', 'date-time', 'time'],
      moment: ['moment'],
      number: ['number'],
      time: ['time'],
    };
    const seen = recorded.flatMap((each) => {
      const expected = looks[STATE_MEANINGS[each.domain] ?? ''];
      return expected === undefined ? [] : { ...each, expected };
    });
    expect(new Set(seen.map(({ domain }) => domain)).size).toBeGreaterThan(8);
    expect(seen.filter(({ state, expected }) => !expected.includes(lookOf(state)))).toEqual([]);
  });
});

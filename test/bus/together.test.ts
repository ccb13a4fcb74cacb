import { describe, expect, it } from 'vitest';
import type { HandlerOptions } from '../../src/bus/handler-options.ts';
import { sleep } from '../../src/kernel/waiting.ts';
import { page, rowsBelow } from '../docs/pages.ts';
import { startBus, type Tick } from './bus-fixture.ts';

const BUS = page('docs/reference/bus.md').text;
const LINES: readonly (readonly [string, HandlerOptions<Tick>])[] = [
  ['`queued`, `drop-oldest`', { mode: 'queued', overflow: 'drop-oldest', maxPending: 2 }],
  ['`queued`, `drop-newest`', { mode: 'queued', overflow: 'drop-newest', maxPending: 2 }],
  ['`queued`, `error`', { mode: 'queued', overflow: 'error', maxPending: 2 }],
  ['`parallel`, any', { mode: 'parallel', overflow: 'drop-oldest', maxPending: 2 }],
  ['`parallel`, any', { mode: 'parallel', overflow: 'drop-newest', maxPending: 2 }],
  ['`parallel`, any', { mode: 'parallel', overflow: 'error', maxPending: 2 }],
  ['`single`', { mode: 'single' }],
  ['`restart`', { mode: 'restart' }],
];
/** What stands at the head of each column, and what it stands for. */
const COLUMNS: readonly (readonly [string, HandlerOptions<Tick>])[] = [
  ['alone', {}],
  ["`debounce: '2s'`", { debounce: '2s' }],
  ["`throttle: '2s'`", { throttle: '2s' }],
  ['`where`: odd ones', { where: ({ value }) => value % 2 === 1 }],
  ["`timeout: '4s'`", { timeout: '4s' }],
];

/** Five events, a second apart, into a handler that takes ten. */
async function live(options: HandlerOptions<Tick>) {
  await using t = await startBus();
  const begun: string[] = [];
  const cutShort = new Set<number>();
  const refused: string[] = [];
  const { subscription, tick } = t.subscribe(
    { ...options, onError: (failure) => refused.push((failure.error as Error).name) },
    async (event) => {
      begun.push(String(event.value));
      event.signal.addEventListener('abort', () => cutShort.add(event.value));
      await sleep(t.clock, 10_000, event.signal, 'its work');
    },
  );
  for (const value of [1, 2, 3, 4, 5]) {
    tick(value);
    await t.clock.advanceBy(1000);
  }
  await t.clock.advanceBy(120_000);
  const runs = begun.map((value) => (cutShort.has(Number(value)) ? `(${value})` : value)).join(' ');
  return { runs, refused, counters: subscription.counters };
}

describe('mode and overflow', () => {
  const [head = [], ...rows] = tableBelow(BUS, 'Together');
  const cellOf = (line: string, column: string): string | undefined =>
    rows.find(([first]) => first === line)?.[head.indexOf(column)];

  it('are in the table of the reference, each of them, beside each of the others', () => {
    expect(new Set(rows.map(([first]) => first))).toEqual(new Set(LINES.map(([line]) => line)));
    expect(head.slice(1)).toEqual(COLUMNS.map(([column]) => column));
  });

  it.each(
    LINES.flatMap(([line, mode]) => COLUMNS.map(([column, more]) => ({ line, column, options: { ...mode, ...more } }))),
  )('do as the reference says: $line, $column ($options.overflow)', async ({ line, column, options }) => {
    const { runs } = await live(options);
    expect(runs).toBe(cellOf(line, column));
  });

  it.each(LINES)('account for each event: %s', async (_line, mode) => {
    for (const [, more] of COLUMNS) {
      const { counters, refused } = await live({ ...mode, ...more });
      const { received, matched, run, coalesced, dropped, failed } = counters;
      expect(received).toBe(5);
      expect(matched).toBe(more.where === undefined ? 5 : 3);
      expect(run + coalesced + dropped).toBe(matched);
      const timedOut = more.timeout === undefined ? 0 : failed - (mode.overflow === 'error' ? dropped : 0);
      expect(refused.filter((name) => name === 'QueueFull')).toHaveLength(mode.overflow === 'error' ? dropped : 0);
      expect(refused.filter((name) => name === 'TimedOut')).toHaveLength(timedOut);
    }
  });

  it.each(['queued', 'single', 'restart', 'parallel'] as const)('run once with once: %s', async (mode) => {
    expect((await live({ mode, once: true })).runs).toBe('1');
    expect((await live({ mode, once: true, debounce: '2s' })).runs).toBe('5');
  });
});

/** The head of the table below a heading, and its rows. */
function tableBelow(text: string, heading: string): readonly (readonly string[])[] {
  const [, after = ''] = text.split(`# ${heading}\n`);
  const head = /^\|(.*)\|$/m.exec(after)?.[1] ?? '';
  return [head.split('|').map((cell) => cell.trim()), ...rowsBelow(text, heading)];
}

import { describe, expect, it } from 'vitest';
import {
  type Arrears,
  LATE_MS,
  ReadingWatch,
  type Sight,
} from '../../../src/home-assistant/connection/reading-watch.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';

const FINE: Sight = { waiting: 0, oldestMs: 0, paused: false, heldUpMs: 2 };

function setUp() {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T12:00:00Z') });
  const told: string[] = [];
  let arrears: Arrears | undefined;
  const watch = new ReadingWatch({
    clock,
    label: 'reading',
    onBehind: () => told.push('behind'),
    onCaughtUp: (worst) => {
      arrears = worst;
      told.push('caught up');
    },
  });
  return { clock, told, watch, arrears: () => arrears };
}

describe('ReadingWatch', () => {
  it.each<[string, Partial<Sight>, boolean]>([
    ['a burst that is worked off in time', { waiting: 9000, oldestMs: LATE_MS - 1 }, false],
    ['messages that have waited for long', { waiting: 5, oldestMs: LATE_MS }, true],
    ['a home that has to wait', { waiting: 10_000, paused: true }, true],
    ['a thread that had no turn', { heldUpMs: LATE_MS }, true],
  ])('judges %s', (_what, sight, behind) => {
    const t = setUp();
    t.watch.look({ ...FINE, ...sight });
    expect(t.watch.behind).toBe(behind);
    expect(t.told).toEqual(behind ? ['behind'] : []);
  });

  it('tells once that it is behind, and once, when it has kept up for a while, that it is no longer', async () => {
    const t = setUp();
    for (let second = 0; second < 20; second += 1) {
      t.watch.look({ waiting: 100 * second, oldestMs: 2000 + second, paused: false, heldUpMs: 30 });
      t.watch.look(FINE);
      await t.clock.advanceBy(1000);
    }
    expect(t.told).toEqual(['behind']);
    await t.clock.advanceBy(5000);
    expect(t.told).toEqual(['behind', 'caught up']);
    expect(t.watch.behind).toBe(false);
    expect(t.arrears()).toEqual({ waiting: 1900, oldestMs: 2019, heldUpMs: 30, paused: false, lastedMs: 19_000 });
    expect(t.clock.timers()).toEqual([]);
  });

  it('begins anew after it has caught up, and with each connection', async () => {
    const t = setUp();
    const late = { ...FINE, oldestMs: 1500, waiting: 7 };
    t.watch.look(late);
    await t.clock.advanceBy(6000);
    t.watch.look(late);
    t.watch.end();
    expect(t.watch.behind).toBe(false);
    t.watch.look(late);
    await t.clock.advanceBy(60_000);
    expect(t.told).toEqual(['behind', 'caught up', 'behind', 'behind', 'caught up']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock, Timer } from '../../src/kernel/clock.ts';
import { EventStream } from '../../src/kernel/event-stream.ts';

/** A clock on which work takes the time it says, and turns of the event loop are taken by hand. */
class StepClock implements Clock {
  nowAtMs = 0;
  readonly deferred: (() => void)[] = [];

  nowMs(): number {
    return this.nowAtMs;
  }

  monotonicMs(): number {
    return this.nowAtMs;
  }

  after(): Timer {
    throw new Error('an event stream arms no timers');
  }

  defer(fire: () => void): Timer {
    this.deferred.push(fire);
    return { cancel: () => undefined };
  }

  /** One turn: what was deferred before it, not what it defers itself. */
  turn(): void {
    for (const fire of this.deferred.splice(0)) fire();
  }
}

interface Bench {
  readonly clock: StepClock;
  readonly stream: EventStream<number>;
  readonly delivered: number[];
  readonly told: string[];
}

function bench(
  options: {
    costMs?: number;
    capacity?: number;
    deliver?: (item: number) => void;
    onTurn?: (lateMs: number) => void;
  } = {},
): Bench {
  const clock = new StepClock();
  const delivered: number[] = [];
  const told: string[] = [];
  const stream = new EventStream<number>({
    clock,
    capacity: options.capacity ?? 10,
    sliceMs: 4,
    deliver: (item) => {
      delivered.push(item);
      clock.nowAtMs += options.costMs ?? 0;
      options.deliver?.(item);
    },
    onFull: () => told.push(`full at ${stream.length}`),
    onDrained: () => told.push(`drained at ${stream.length}`),
    onTurn: options.onTurn,
  });
  return { clock, stream, delivered, told };
}

describe('EventStream', () => {
  it('delivers within the call while nothing waits', () => {
    const { stream, delivered, clock } = bench();
    stream.push(1);
    stream.push(2);
    expect(delivered).toEqual([1, 2]);
    expect(stream.length).toBe(0);
    expect(clock.deferred).toHaveLength(1);
  });

  it('gives way after a slice and goes on in the next turn', () => {
    const { stream, delivered, clock } = bench({ costMs: 2 });
    for (let item = 1; item <= 5; item += 1) stream.push(item);
    expect(delivered).toEqual([1, 2]);
    clock.turn();
    expect(delivered).toEqual([1, 2, 3, 4]);
    clock.turn();
    expect(delivered).toEqual([1, 2, 3, 4, 5]);
  });

  it('says how long the oldest has waited, and how late each turn came', () => {
    const late: number[] = [];
    const { stream, clock } = bench({ costMs: 3, onTurn: (lateMs) => late.push(lateMs) });
    expect(stream.oldestMs).toBe(0);
    for (let item = 1; item <= 4; item += 1) stream.push(item);
    expect(stream.length).toBe(2);
    clock.nowAtMs += 2000;
    expect(stream.oldestMs).toBe(2000);
    clock.turn();
    expect(late).toEqual([2006]);
    expect(stream.oldestMs).toBe(0);
    clock.turn();
    expect(late).toEqual([2006, 6]);
  });

  it('arms nothing once it is at rest', () => {
    const { stream, clock } = bench({ costMs: 5 });
    for (let item = 1; item <= 3; item += 1) stream.push(item);
    for (let turn = 0; turn < 5; turn += 1) clock.turn();
    expect(clock.deferred).toEqual([]);
  });

  it('tells once that it is full, and once that half is free again', () => {
    const { stream, clock, told } = bench({ costMs: 4, capacity: 4 });
    for (let item = 1; item <= 7; item += 1) stream.push(item);
    expect(told).toEqual(['full at 4']);
    for (let turn = 0; turn < 4; turn += 1) clock.turn();
    expect(told).toEqual(['full at 4', 'drained at 2']);
  });

  it('keeps the order of what is pushed from within a delivery', () => {
    const seen = bench({
      deliver: (item) => {
        if (item < 3) seen.stream.push(item + 10);
      },
    });
    seen.stream.push(1);
    seen.stream.push(2);
    seen.clock.turn();
    expect(seen.delivered).toEqual([1, 11, 2, 12]);
  });

  it('stays whole when a delivery throws', () => {
    const { stream, delivered, clock } = bench({
      costMs: 4,
      deliver: (item) => {
        if (item !== 3) throw new Error(`no ${item}`);
      },
    });
    expect(() => stream.push(1)).toThrow('no 1');
    stream.push(2);
    stream.push(3);
    expect(() => clock.turn()).toThrow('no 2');
    clock.turn();
    expect(delivered).toEqual([1, 2, 3]);
  });

  it('drops what waits when it is closed and takes nothing more', () => {
    const { stream, delivered, clock } = bench({ costMs: 4 });
    stream.push(1);
    stream.push(2);
    stream.close();
    stream.push(3);
    clock.turn();
    expect(delivered).toEqual([1]);
    expect(stream.length).toBe(0);
  });

  it('loses nothing, keeps the order, never holds more than a source that obeys lets it, and ends at rest', () => {
    const steps = fc.array(
      fc.oneof(
        fc.nat({ max: 9 }).map((costMs) => ({ costMs })),
        fc.constant('turn' as const),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 8 }), (script, capacity) => {
        const clock = new StepClock();
        const delivered: number[] = [];
        const costs = new Map<number, number>();
        let paused = false;
        let sliceStartedAtMs = 0;
        let overrun = 0;
        const stream = new EventStream<number>({
          clock,
          capacity,
          sliceMs: 4,
          deliver: (item) => {
            // A slice may be overrun by its last item; by a few more where they are not timed one by one.
            if (clock.nowAtMs - sliceStartedAtMs >= 4) overrun += 1;
            expect(overrun).toBeLessThanOrEqual(7);
            delivered.push(item);
            clock.nowAtMs += costs.get(item) ?? 0;
          },
          onFull: () => {
            expect(paused).toBe(false);
            paused = true;
          },
          onDrained: () => {
            expect(paused).toBe(true);
            paused = false;
          },
        });
        const turn = (): void => {
          sliceStartedAtMs = clock.nowAtMs;
          overrun = 0;
          clock.turn();
        };
        let pushed = 0;
        for (const step of script) {
          if (step === 'turn') turn();
          else if (!paused) {
            costs.set(pushed, step.costMs);
            stream.push(pushed);
            pushed += 1;
          }
          expect(stream.length).toBeLessThanOrEqual(capacity);
        }
        while (clock.deferred.length > 0) turn();
        expect(delivered).toEqual(Array.from({ length: pushed }, (_, item) => item));
        expect(paused).toBe(false);
      }),
    );
  });
});

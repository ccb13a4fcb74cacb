import { describe, expect, it } from 'vitest';
import { currentExecution } from '../../src/kernel/execution.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { sleep } from '../../src/kernel/waiting.ts';
import { startBus, type Tick } from './bus-fixture.ts';

describe('a subscription', () => {
  it('calls its handler with the event, on behalf of the app and with the app as `this`', async () => {
    const app = { name: 'app' };
    await using t = await startBus({ self: app });
    const seen: unknown[] = [];
    const { tick } = t.subscribe({}, function (this: unknown, event: Tick) {
      seen.push(this, event.value, currentExecution()?.owner);
    });
    tick(1);
    expect(seen).toEqual([app, 1, 'hallway']);
  });

  it('gives each event the signal of the run that handles it', async () => {
    await using t = await startBus();
    const aborted: number[] = [];
    const { tick } = t.subscribe({ mode: 'restart' }, async (event) => {
      event.signal.addEventListener('abort', () => aborted.push(event.value));
      await new Promise(() => undefined);
    });
    tick(1, 2);
    expect(aborted).toEqual([1]);
    t.stopApp();
    expect(aborted).toEqual([1, 2]);
  });

  it('has the name that it is given, or that of its handler, or says what it is subscribed to', async () => {
    await using t = await startBus();
    function turnOn(): void {}
    expect(t.subscribe({ name: 'mine' }, turnOn).subscription.name).toBe('mine');
    expect(t.subscribe({}, turnOn).subscription.name).toBe('turnOn');
    expect(t.subscribe({}, turnOn.bind(null)).subscription.name).toBe('turnOn');
    expect(t.subscribe({}, () => undefined).subscription.name).toBe('onTick a');
  });

  it('refuses what is no handler', async () => {
    await using t = await startBus();
    expect(() => t.subscribe({}, undefined as never)).toThrow('onTick(a) was given no handler');
  });

  it('ends when it is cancelled: what waits is dropped, what runs goes on', async () => {
    await using t = await startBus();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const { subscription, tick } = t.subscribe({}, async ({ value }) => {
      seen.push(`start ${value}`);
      await gate.promise;
      seen.push(`end ${value}`);
    });
    tick(1, 2);
    let detached = 0;
    subscription.attach(() => (detached += 1));
    subscription.cancel();
    subscription.cancel();
    tick(3);
    gate.resolve();
    await t.clock.settle();
    expect(seen).toEqual(['start 1', 'end 1']);
    expect(detached).toBe(1);
    expect(subscription.active).toBe(false);
    expect(t.service.subscriptions()).toEqual([]);
    subscription.attach(() => (detached += 1));
    expect(detached).toBe(2);
  });

  it('ends when it is disposed of, and with the app', async () => {
    await using t = await startBus();
    const { subscription: first } = t.subscribe({}, () => undefined);
    first[Symbol.dispose]();
    const { subscription: second } = t.subscribe({}, () => undefined);
    t.stopApp();
    expect([first.active, second.active]).toEqual([false, false]);
    expect(t.service.subscriptions()).toEqual([]);
  });

  it('can be cancelled by its own handler', async () => {
    await using t = await startBus();
    const seen: number[] = [];
    const { subscription, tick } = t.subscribe({}, ({ value }) => {
      seen.push(value);
      subscription.cancel();
    });
    tick(1, 2);
    expect(seen).toEqual([1]);
  });

  it('is listed with its counters', async () => {
    await using t = await startBus();
    const { tick } = t.subscribe({ where: ({ value }) => value !== 2, name: 'odd' }, ({ value }) => {
      if (value === 3) throw new Error('three');
    });
    tick(1, 2, 3);
    expect(t.service.subscriptions()).toEqual([
      {
        app: 'hallway',
        name: 'odd',
        method: 'onTick',
        target: 'a',
        counters: { received: 3, matched: 2, invalid: 0, filtered: 0, run: 2, coalesced: 0, dropped: 0, failed: 1 },
      },
    ]);
    expect(t.service.describe().details).toEqual({ subscriptions: 1, remembered: 0 });
  });

  describe('once', () => {
    it('ends with the first event that reaches the handler', async () => {
      await using t = await startBus();
      const seen: number[] = [];
      const { subscription, tick } = t.subscribe({ once: true, where: ({ value }) => value > 1 }, async ({ value }) => {
        await Promise.resolve();
        seen.push(value);
      });
      tick(1, 2, 3);
      expect(subscription.active).toBe(false);
      await t.clock.settle();
      expect(seen).toEqual([2]);
      expect([...t.executor.lanes()]).toEqual([]);
    });

    it('runs one time although its handler sets off the next event', async () => {
      await using t = await startBus();
      let runs = 0;
      const { tick } = t.subscribe({ once: true }, () => {
        runs += 1;
        tick(2);
      });
      tick(1);
      expect(runs).toBe(1);
    });

    it('waits for quiet with debounce', async () => {
      await using t = await startBus();
      const seen: number[] = [];
      const { tick } = t.subscribe({ once: true, debounce: '1s' }, ({ value }) => void seen.push(value));
      tick(1, 2);
      await t.clock.advanceBy(2000);
      tick(3);
      await t.clock.advanceBy(2000);
      expect(seen).toEqual([2]);
    });
  });

  describe('debounce', () => {
    it('handles the last event once none has come for a while, and counts the others', async () => {
      await using t = await startBus();
      const seen: string[] = [];
      const startMs = t.clock.nowMs();
      const { subscription, tick } = t.subscribe(
        { debounce: '5s' },
        ({ value }) => void seen.push(`${t.clock.nowMs() - startMs} ${value}`),
      );
      tick(1);
      await t.clock.advanceBy(4000);
      tick(2);
      await t.clock.advanceBy(4999);
      tick(3);
      await t.clock.advanceBy(20_000);
      tick(4);
      await t.clock.advanceBy(20_000);
      expect(seen).toEqual(['13999 3', '33999 4']);
      expect(subscription.counters).toMatchObject({ received: 4, matched: 4, run: 2, coalesced: 2 });
    });

    it('ends with its subscription', async () => {
      await using t = await startBus();
      const seen: number[] = [];
      const { subscription, tick } = t.subscribe({ debounce: '5s' }, ({ value }) => void seen.push(value));
      tick(1);
      subscription.cancel();
      expect(t.clock.timers()).toEqual([]);
      await t.clock.advanceBy(20_000);
      expect(seen).toEqual([]);
    });
  });

  it('throttle handles one event, and leaves out those that come soon after', async () => {
    await using t = await startBus();
    const seen: number[] = [];
    const { subscription, tick } = t.subscribe({ throttle: '5s' }, ({ value }) => void seen.push(value));
    tick(1, 2);
    await t.clock.advanceBy(4999);
    tick(3);
    await t.clock.advanceBy(1);
    tick(4);
    // It counts on the monotonic clock: a machine whose clock is set back does not wait longer.
    t.clock.stepWall(-3_600_000);
    await t.clock.advanceBy(5000);
    tick(5);
    expect(seen).toEqual([1, 4, 5]);
    expect(subscription.counters.coalesced).toBe(2);
  });

  describe('a handler that is busy', () => {
    async function handled(
      options: object,
      count: number,
    ): Promise<{ seen: number[]; failures: Failure[]; dropped: number }> {
      await using t = await startBus();
      const seen: number[] = [];
      const { subscription, tick } = t.subscribe(options, async (event) => {
        await sleep(t.clock, 1000, event.signal, 'work');
        seen.push(event.value);
      });
      tick(...Array.from({ length: count }, (_, index) => index + 1));
      await t.clock.advanceBy(60_000);
      return { seen, failures: t.failures, dropped: subscription.counters.dropped };
    }

    it.each<[object, number[], number]>([
      [{}, [1, 2, 3, 4, 5], 0],
      [{ maxPending: 2 }, [1, 4, 5], 2],
      [{ maxPending: 2, overflow: 'drop-newest' }, [1, 2, 3], 2],
      [{ maxPending: 2, overflow: 'error' }, [1, 2, 3], 2],
      [{ mode: 'single' }, [1], 4],
      [{ mode: 'restart' }, [5], 0],
      [{ mode: 'parallel' }, [1, 2, 3, 4, 5], 0],
    ])('does as told by %j', async (options, seen, dropped) => {
      expect(await handled(options, 5)).toMatchObject({ seen, dropped });
    });

    it("gives what overflows to onError, where overflow is 'error'", async () => {
      const { failures } = await handled({ maxPending: 2, overflow: 'error', name: 'slow' }, 4);
      expect(failures.map(({ name, input, error }) => [name, input, error instanceof Error && error.message])).toEqual([
        ['slow', 'tick 4', expect.stringContaining('slow')],
      ]);
    });
  });

  describe('failures', () => {
    it('go to the onError of the subscription, else to that of the app', async () => {
      const told: string[] = [];
      await using t = await startBus({ onError: ({ name }) => void told.push(`app: ${name}`) });
      const fail = (): never => {
        throw new Error('no luck');
      };
      t.subscribe({ name: 'first', onError: ({ name }) => void told.push(`own: ${name}`) }, fail).tick(1);
      t.subscribe({ name: 'second' }, fail).tick(1);
      await t.clock.settle();
      expect(told).toEqual(['own: first', 'app: second']);
    });

    it('are also those of a `where` that throws: reported, counted, and no event for the handler', async () => {
      const told: Failure[] = [];
      await using t = await startBus({ onError: (failure) => void told.push(failure) });
      const { subscription, tick } = t.subscribe(
        {
          name: 'clear',
          where: ({ value }) => {
            if (value === 1) throw new Error('cannot say');
            return true;
          },
        },
        () => undefined,
      );
      tick(1, 2);
      await t.clock.settle();
      expect(told).toMatchObject([
        { app: 'hallway', kind: 'handler', name: 'clear', input: 'tick 1', error: { message: 'cannot say' } },
      ]);
      expect(t.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
      expect(subscription.counters).toMatchObject({ received: 2, matched: 1, run: 1, failed: 1 });
    });

    it('are also those of a `where` that is asynchronous', async () => {
      await using t = await startBus();
      const where = (async () => false) as unknown as () => boolean;
      const { subscription, tick } = t.subscribe({ where }, () => undefined);
      tick(1);
      expect(subscription.counters).toMatchObject({ run: 0, failed: 1 });
      expect(t.failures[0]?.error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    });

    it('of one subscription do not keep events from another', async () => {
      await using t = await startBus();
      const seen: number[] = [];
      const bad = t.subscribe({}, () => {
        throw new Error('no luck');
      });
      const good = t.subscribe({}, ({ value }) => void seen.push(value));
      t.service.topics('default').subscribe('a', () => bad.tick(1));
      t.service.topics('default').subscribe('a', () => good.tick(1));
      t.service.emit({ home: 'default', topic: 'a', data: undefined, from: 'somebody' });
      expect(seen).toEqual([1]);
    });
  });
});

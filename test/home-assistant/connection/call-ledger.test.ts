import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallLimits, CallLedger, type Settle } from '../../../src/home-assistant/connection/call-ledger.ts';
import { HomeAway, NoAnswer, TooManyCalls } from '../../../src/home-assistant/home-errors.ts';
import { Cancelled, HassetteError } from '../../../src/kernel/errors.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';

interface Sent {
  readonly what: string;
  readonly settle: Settle<string>;
}

function setUp(limits: CallLimits = { inFlight: 2, waiting: 1000 }) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T12:00:00Z') });
  const refusedOf: string[] = [];
  const ledger = new CallLedger({
    home: 'default',
    clock,
    limits,
    whyAway: () => undefined,
    onRefused: (app) => refusedOf.push(app),
  });
  /** On its way, the oldest first. */
  const sent: Sent[] = [];
  const order: string[] = [];
  const outcomes = new Map<string, string>();
  const call = (app: string | undefined, name: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) => {
    const what = `${app ?? 'daemon'} ${name}`;
    const done = ledger.submit<string>(
      {
        what,
        onConnection: true,
        begin: (settle) => {
          sent.push({ what, settle });
          order.push(what);
          return () => undefined;
        },
      },
      { timeoutMs: 30_000, app, ...options },
    );
    done.then(
      (value) => outcomes.set(what, value),
      (error: unknown) => outcomes.set(what, error instanceof HassetteError ? error.code : String(error)),
    );
    return done;
  };
  const answer = (what?: string): void => {
    const index = what === undefined ? 0 : sent.findIndex((one) => one.what === what);
    const [one] = index < 0 ? [] : sent.splice(index, 1);
    one?.settle.resolve('answered');
  };
  return { clock, ledger, sent, order, outcomes, refusedOf, call, answer };
}

describe('calls in flight', () => {
  it('are no more than the limit, and the next is sent as one is answered', () => {
    const t = setUp();
    t.ledger.open();
    for (const name of ['1', '2', '3', '4']) void t.call('a', name);
    expect(t.order).toEqual(['a 1', 'a 2']);
    expect(t.ledger.counters).toEqual({ inFlight: 2, waiting: 2, refused: 0, limit: 2 });
    t.answer('a 2');
    expect(t.order).toEqual(['a 1', 'a 2', 'a 3']);
    t.answer();
    t.answer();
    t.answer();
    expect(t.ledger.counters).toMatchObject({ inFlight: 0, waiting: 0 });
    expect(t.order).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });

  it('of one app do not hold up the single call of another', () => {
    const t = setUp({ inFlight: 10, waiting: 10_000 });
    t.ledger.open();
    for (let name = 1; name <= 10_000; name += 1) void t.call('greedy', String(name));
    void t.call('modest', '1');
    expect(t.order.at(-1)).toBe('modest 1');
    void t.call('modest', '2');
    t.answer('greedy 1');
    t.answer('greedy 2');
    t.answer('greedy 3');
    expect(t.order).toContain('modest 2');
  });

  it('never hold up what the daemon itself asks', () => {
    const t = setUp({ inFlight: 1, waiting: 10 });
    t.ledger.open();
    for (const name of ['1', '2', '3']) void t.call('a', name);
    void t.call(undefined, 'get_services');
    expect(t.order).toEqual(['a 1', 'daemon get_services']);
    t.answer('daemon get_services');
    expect(t.order).toHaveLength(2);
  });

  it('are sent in turns when the home comes back, those of the daemon first', () => {
    const t = setUp({ inFlight: 3, waiting: 10 });
    for (const name of ['1', '2', '3', '4']) void t.call('a', name);
    void t.call('b', '1');
    void t.call(undefined, 'get_services');
    expect(t.order).toEqual([]);
    t.ledger.open();
    expect(t.order).toEqual(['daemon get_services', 'a 1', 'b 1', 'a 2']);
  });

  it('go on in their turns after the connection was lost, and none is sent twice', async () => {
    const t = setUp();
    t.ledger.open();
    for (const name of ['1', '2', '3', '4']) void t.call('a', name);
    t.ledger.close({ code: 'CONNECTION_LOST', message: 'gone' });
    await t.clock.settle();
    expect(Object.fromEntries(t.outcomes)).toEqual({ 'a 1': 'CONNECTION_LOST', 'a 2': 'CONNECTION_LOST' });
    t.ledger.open();
    expect(t.order).toEqual(['a 1', 'a 2', 'a 3', 'a 4']);
  });
});

describe('calls in line', () => {
  it('are refused beyond the limit of their app, with what to do, and others are not', async () => {
    const t = setUp({ inFlight: 1, waiting: 2 });
    t.ledger.open();
    for (const name of ['1', '2', '3']) void t.call('a', name);
    const error: unknown = await t.call('a', '4').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TooManyCalls);
    expect(error).toMatchObject({
      message: 'a 4 was not sent: 2 calls of a are in line for home "default" already',
      hint: expect.stringContaining('limits.callsWaiting'),
    });
    expect(t.refusedOf).toEqual(['a']);
    void t.call('b', '1');
    void t.call('b', '2');
    expect(t.ledger.counters).toMatchObject({ waiting: 3, refused: 1 });
  });

  it('leave it when they are called off, and are never sent', async () => {
    const t = setUp({ inFlight: 1, waiting: 10 });
    t.ledger.open();
    const controller = new AbortController();
    void t.call('a', '1');
    const second = t.call('a', '2', { signal: controller.signal });
    void t.call('a', '3');
    controller.abort(new Cancelled('called off'));
    await expect(second).rejects.toThrow(Cancelled);
    t.answer();
    expect(t.order).toEqual(['a 1', 'a 3']);
  });

  it('leave it at their time limit, with an error that says what they waited for', async () => {
    const t = setUp({ inFlight: 1, waiting: 10 });
    t.ledger.open();
    void t.call('a', '1', { timeoutMs: 60_000 });
    const second = t.call('a', '2', { timeoutMs: 5000 }).catch((error: unknown) => error);
    await t.clock.advanceBy(5000);
    const error = await second;
    expect(error).toBeInstanceOf(TooManyCalls);
    expect(error).toHaveProperty(
      'message',
      'a 2 waited 5s behind 1 others of a that home "default" has not answered yet, and was not sent',
    );
    expect(t.ledger.counters).toMatchObject({ inFlight: 1, waiting: 0 });
  });

  it('fail as away where the home is, and give their place back where it does not answer', async () => {
    const t = setUp({ inFlight: 1, waiting: 10 });
    const away = t.call('a', '1', { timeoutMs: 1000 }).catch((error: unknown) => error);
    await t.clock.advanceBy(1000);
    expect(await away).toBeInstanceOf(HomeAway);
    t.ledger.open();
    const unanswered = t.call('a', '2', { timeoutMs: 1000 }).catch((error: unknown) => error);
    void t.call('a', '3');
    await t.clock.advanceBy(1000);
    expect(await unanswered).toBeInstanceOf(NoAnswer);
    expect(t.order).toEqual(['a 2', 'a 3']);
  });

  it('are all called off at the end', async () => {
    const t = setUp({ inFlight: 1, waiting: 10 });
    t.ledger.open();
    for (const name of ['1', '2', '3']) void t.call('a', name);
    t.ledger.end();
    await t.clock.settle();
    expect([...t.outcomes.values()]).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    expect(t.clock.timers()).toEqual([]);
  });

  it('give way where one of them cannot be written as JSON', async () => {
    const t = setUp({ inFlight: 1, waiting: 10 });
    t.ledger.open();
    void t.call('a', '1');
    const broken = t.ledger.submit(
      {
        what: 'broken',
        onConnection: true,
        begin: () => {
          throw new TypeError('Do not know how to serialize a BigInt');
        },
      },
      { timeoutMs: 30_000, app: 'a' },
    );
    void t.call('a', '2');
    t.answer();
    await expect(broken).rejects.toThrow('BigInt');
    expect(t.order).toEqual(['a 1', 'a 2']);
  });
});

describe('the ledger of calls', () => {
  const app = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), app, many: fc.nat(6) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(10) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
  );

  it('is fair, bounded, in order and settles everything, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 80 }), async (inFlight, steps) => {
        const t = setUp({ inFlight, waiting: 12 });
        const controllers: AbortController[] = [];
        const made = new Map<string, number>();
        let open = false;
        for (const one of steps) {
          if (one.do === 'call') {
            for (let count = 0; count <= one.many; count += 1) {
              const number = (made.get(one.app) ?? 0) + 1;
              made.set(one.app, number);
              const controller = new AbortController();
              controllers.push(controller);
              t.call(one.app, String(number), { signal: controller.signal }).catch(() => undefined);
            }
          } else if (one.do === 'answer') t.answer(t.sent[one.which]?.what ?? '');
          else if (one.do === 'abort') {
            controllers[one.which]?.abort(new Cancelled('called off'));
            await t.clock.settle();
            const gone = t.sent.findIndex(({ what }) => t.outcomes.has(what));
            if (gone >= 0) t.sent.splice(gone, 1);
          } else if (one.do === 'open') {
            t.ledger.open();
            open = true;
          } else {
            t.ledger.close({ code: 'CONNECTION_LOST', message: 'gone' });
            t.sent.length = 0;
            open = false;
          }
          const { counters } = t.ledger;
          expect(counters.inFlight).toBe(t.sent.length);
          const apps = new Set(t.sent.map(({ what }) => what.slice(0, 1)));
          expect(counters.inFlight).toBeLessThanOrEqual(Math.max(inFlight, inFlight - 1 + apps.size));
          // Nobody waits while there is a place, and one who waits has some on their way.
          if (open && counters.waiting > 0) expect(counters.inFlight).toBeGreaterThanOrEqual(inFlight);
        }
        for (const name of ['a', 'b', 'c']) {
          const numbers = t.order.filter((what) => what.startsWith(name)).map((what) => Number(what.slice(2)));
          expect(numbers).toEqual(numbers.toSorted((x, y) => x - y));
          expect(new Set(numbers).size).toBe(numbers.length);
        }
        t.ledger.end();
        await t.clock.settle();
        expect(t.outcomes.size).toBe([...made.values()].reduce((sum, count) => sum + count, 0));
        expect(t.clock.timers()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

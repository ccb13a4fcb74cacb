import { describe, expect, it } from 'vitest';
import { HomeConnection } from '../../../src/home-assistant/connection/home-connection.ts';
import type { HomeSubscription } from '../../../src/home-assistant/home-link.ts';
import { Logging } from '../../../src/kernel/logging.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { Refusal } from '../../../src/simulator/failures.ts';
import { required, text } from '../../../src/simulator/schema.ts';
import { SimulatedHome } from '../../../src/simulator/simulated-home.ts';

/** A home with a command `tell` that subscribes, and what the test says to its subscribers. */
async function setUp() {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const home = new SimulatedHome({ clock });
  const standing = new Map<object, (event: unknown) => void>();
  let answer: (accept: () => void) => void = (accept) => accept();
  let asked = 0;
  home.commands.set('tell', {
    fields: { topic: required(text) },
    run: async ({ id }, connection) => {
      asked += 1;
      await new Promise<void>((resolve, reject) => {
        try {
          answer(resolve);
        } catch (error) {
          reject(error);
        }
      });
      const me = {};
      standing.set(me, (event) => connection.event(id, event));
      connection.subscribe(id, () => standing.delete(me));
      connection.result(id);
    },
  });
  const connection = new HomeConnection(
    { clock, logging, random: () => 0.5 },
    { home: 'default', transport: home.transport, token: home.token },
  );
  await connection.start();
  await clock.advanceBy(60_000);
  return {
    clock,
    home,
    connection,
    standing,
    asked: () => asked,
    /** How the home answers from now on. */
    answerBy: (how: typeof answer) => {
      answer = how;
    },
    say: async (event: unknown) => {
      for (const tell of standing.values()) tell(event);
      await clock.settle();
    },
    ear() {
      const heard: unknown[] = [];
      return {
        heard,
        onStanding: () => heard.push('standing'),
        onEvent: (event: unknown) => heard.push(event),
        onRefused: (error: Error & { homeCode: string }, isFinal: boolean) =>
          heard.push(`refused ${error.homeCode}${isFinal ? ' for good' : ''}`),
      };
    },
    [Symbol.asyncDispose]: () => clock.pump(connection.stop()),
  };
}

const about = (topic: string, sharing: HomeSubscription['sharing'] = 'moments'): HomeSubscription => ({
  command: { type: 'tell', topic },
  sharing,
});

describe('a subscription to whatever a home tells', () => {
  it('is made once for all who want the same, and ended with the last of them', async () => {
    await using t = await setUp();
    const [a, b] = [t.ear(), t.ear()];
    const endA = t.connection.subscribe(about('x'), a);
    await t.clock.settle();
    const endB = t.connection.subscribe(about('x'), b);
    await t.say(1);
    endA();
    endA();
    await t.say(2);
    expect(t.standing.size).toBe(1);
    endB();
    await t.clock.settle();
    expect(t.standing.size).toBe(0);
    expect([a.heard, b.heard]).toEqual([
      ['standing', 1],
      ['standing', 1, 2],
    ]);
  });

  it('tells who joins later the last of values, and nothing of moments that are past', async () => {
    await using t = await setUp();
    const [values, moments, own] = [t.ear(), t.ear(), t.ear()];
    for (const sharing of ['values', 'moments', 'alone'] as const) t.connection.subscribe(about('x', sharing), t.ear());
    await t.clock.settle();
    await t.say(1);
    t.connection.subscribe(about('x', 'values'), values);
    t.connection.subscribe(about('x', 'moments'), moments);
    t.connection.subscribe(about('x', 'alone'), own);
    await t.clock.settle();
    expect([values.heard, moments.heard, own.heard]).toEqual([['standing', 1], ['standing'], ['standing']]);
    expect(t.standing.size).toBe(4);
  });

  it('is made again on every connection, and not twice', async () => {
    await using t = await setUp();
    const ear = t.ear();
    t.connection.subscribe(about('x'), ear);
    await t.clock.settle();
    t.home.dropConnections();
    await t.clock.advanceBy(10_000);
    await t.say('after a loss');
    t.home.restart();
    await t.clock.advanceBy(60_000);
    await t.say('after a restart');
    expect(ear.heard).toEqual(['standing', 'standing', 'after a loss', 'standing', 'after a restart']);
    expect(t.standing.size).toBe(1);
  });

  it('that was wanted while the home was away is made when it is ready', async () => {
    await using t = await setUp();
    t.home.kill();
    await t.clock.settle();
    const [ear, gone] = [t.ear(), t.ear()];
    t.connection.subscribe(about('x'), ear);
    t.connection.subscribe(about('y'), gone)();
    t.home.start();
    await t.clock.advanceBy(120_000);
    expect(ear.heard).toEqual(['standing']);
    expect(t.asked()).toBe(1);
  });

  it('that is refused is asked for again, for about a minute, and with the next connection', async () => {
    await using t = await setUp();
    const ear = t.ear();
    t.answerBy(() => {
      throw new Refusal('invalid_format', 'no such thing yet');
    });
    t.connection.subscribe(about('x'), ear);
    await t.clock.advanceBy(300_000);
    expect(ear.heard).toEqual([...Array(5).fill('refused invalid_format'), 'refused invalid_format for good']);
    t.answerBy((accept) => accept());
    t.home.dropConnections();
    await t.clock.advanceBy(10_000);
    expect(ear.heard.at(-1)).toBe('standing');
  });

  it('that is forbidden is not asked for again', async () => {
    await using t = await setUp();
    const ear = t.ear();
    t.answerBy(() => {
      throw new Refusal('unauthorized', 'Unauthorized');
    });
    t.connection.subscribe(about('x'), ear);
    await t.clock.advanceBy(300_000);
    expect(ear.heard).toEqual(['refused unauthorized for good']);
  });

  it('that is ended before the home has made it is ended when it has', async () => {
    await using t = await setUp();
    const ear = t.ear();
    const accepted: (() => void)[] = [];
    t.answerBy((accept) => void accepted.push(accept));
    const end = t.connection.subscribe(about('x'), ear);
    await t.clock.settle();
    end();
    await t.clock.settle();
    const second = t.ear();
    t.connection.subscribe(about('x'), second);
    await t.clock.settle();
    for (const accept of accepted) accept();
    await t.clock.settle();
    await t.say(1);
    expect(t.standing.size).toBe(1);
    expect([ear.heard, second.heard]).toEqual([[], ['standing', 1]]);
  });

  it('goes on where one who listens throws', async () => {
    await using t = await setUp();
    const ear = t.ear();
    t.connection.subscribe(about('x'), {
      ...t.ear(),
      onEvent: () => {
        throw new Error('no ear');
      },
    });
    t.connection.subscribe(about('x'), ear);
    await t.clock.settle();
    await t.say(1);
    expect(ear.heard).toEqual(['standing', 1]);
  });
});

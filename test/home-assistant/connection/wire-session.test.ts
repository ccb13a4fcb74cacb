import { describe, expect, it } from 'vitest';
import type { HomeError } from '../../../src/home-assistant/home-errors.ts';
import { ping } from '../../../src/home-assistant/protocol/commands.ts';
import type { HomeSocket, HomeTransport, SocketListener } from '../../../src/home-assistant/protocol/transport.ts';
import { WireSession } from '../../../src/home-assistant/connection/wire-session.ts';
import type { Clock } from '../../../src/kernel/clock.ts';

/** A clock on which every look costs a slice of time, so that whatever can wait does. */
class HurriedClock implements Clock {
  #nowMs = 0;
  #deferred: (() => void)[] = [];

  nowMs(): number {
    return this.monotonicMs();
  }

  monotonicMs(): number {
    this.#nowMs += 5;
    return this.#nowMs;
  }

  after() {
    return { cancel: () => undefined };
  }

  defer(fire: () => void) {
    this.#deferred.push(fire);
    return { cancel: () => undefined };
  }

  /** Runs what was deferred before. Gives whether there was anything. */
  turn(): boolean {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const fire of deferred) fire();
    return deferred.length > 0;
  }
}

async function open(capacity?: number) {
  const clock = new HurriedClock();
  const told: string[] = [];
  let ear: SocketListener | undefined;
  const socket: HomeSocket = {
    bufferedBytes: 0,
    send: (text) => told.push(`sent ${text}`),
    pause: () => told.push('paused'),
    resume: () => told.push('resumed'),
    close: () => told.push('closing'),
    terminate: () => told.push('terminated'),
  };
  const transport: HomeTransport = {
    connect: (listener) => {
      ear = listener;
      return Promise.resolve(socket);
    },
    request: () => Promise.reject(new Error('none')),
  };
  const problems: HomeError[] = [];
  const session = new WireSession(
    'default',
    clock,
    {
      onOpen: () => told.push('open'),
      onUnasked: () => told.push('unasked'),
      onEnd: (problem) => problems.push(problem),
    },
    capacity,
  );
  await session.open(transport);
  if (ear === undefined) throw new Error('nobody listens');
  return { clock, ear, session, told, problems };
}

describe('a session that hears more than is taken', () => {
  it('keeps the order, loses nothing, and lets the socket wait', async () => {
    const { clock, ear, session, told } = await open();
    const taken: unknown[] = [];
    const id = session.subscribe({ type: 'subscribe_entities' }, (event) => taken.push(event));
    const total = 20_000;
    let next = 0;
    while (next < total && !session.paused) ear.onText(JSON.stringify({ id, type: 'event', event: (next += 1) }));
    expect(session.paused).toBe(true);
    expect(session.backlog).toBe(10_000);
    expect(told.filter((word) => word === 'paused')).toHaveLength(1);

    while (session.paused) expect(clock.turn()).toBe(true);
    expect(told.at(-1)).toBe('resumed');
    expect(session.backlog).toBe(5000);

    while (next < total) ear.onText(JSON.stringify({ id, type: 'event', event: (next += 1) }));
    while (clock.turn());
    expect(taken).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  });

  it('lets no more wait than it is told to', async () => {
    const { ear, session, told } = await open(3);
    const id = session.subscribe({ type: 'subscribe_entities' }, () => undefined);
    for (let event = 1; !session.paused; event += 1) ear.onText(JSON.stringify({ id, type: 'event', event }));
    expect(session.backlog).toBe(3);
    expect(told.at(-1)).toBe('paused');
  });

  it('tells the end of the connection after what was heard before it', async () => {
    const { clock, ear, session, problems } = await open();
    const taken: unknown[] = [];
    const id = session.subscribe({ type: 'subscribe_entities' }, (event) => taken.push(event));
    for (const event of [1, 2, 3]) ear.onText(JSON.stringify({ id, type: 'event', event }));
    ear.onClose(1006, '');
    expect(problems).toEqual([]);
    while (clock.turn());
    expect(taken).toEqual([1, 2, 3]);
    expect(problems.map(({ code }) => code)).toEqual(['CONNECTION_LOST']);
  });
});

describe('a session that has ended', () => {
  it('is deaf and mute, and tells nobody', async () => {
    const { clock, ear, session, told, problems } = await open();
    const taken: unknown[] = [];
    const id = session.subscribe({ type: 'subscribe_entities' }, (event) => taken.push(event));
    ear.onText(JSON.stringify({ id, type: 'event', event: 1 }));
    ear.onText(JSON.stringify({ id, type: 'event', event: 2 }));
    session.end();
    ear.onText(JSON.stringify({ id, type: 'event', event: 3 }));
    ear.onClose(1000, '');
    session.ask(ping());
    session.unsubscribe(id);
    while (clock.turn());
    expect(taken).toEqual([1]);
    expect(problems).toEqual([]);
    expect(told.filter((word) => word.startsWith('sent'))).toHaveLength(1);
    expect(told.at(-1)).toBe('terminated');
  });

  it('before it was open closes the socket that comes too late', async () => {
    const opened = Promise.withResolvers<HomeSocket>();
    const told: string[] = [];
    const session = new WireSession('default', new HurriedClock(), {
      onOpen: () => told.push('open'),
      onUnasked: () => undefined,
      onEnd: () => told.push('end'),
    });
    const opening = session.open({ connect: () => opened.promise, request: () => Promise.reject(new Error('none')) });
    session.end();
    opened.resolve({
      bufferedBytes: 0,
      send: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      close: () => undefined,
      terminate: () => told.push('terminated'),
    });
    await opening;
    expect(told).toEqual(['terminated']);
  });
});

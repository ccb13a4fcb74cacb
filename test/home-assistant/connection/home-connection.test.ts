import { describe, expect, it } from 'vitest';
import { HomeConnection, type HomeConnectionOptions } from '../../../src/home-assistant/connection/home-connection.ts';
import {
  ConnectionLost,
  HomeAway,
  HomeUnreachable,
  NoAnswer,
  NotPermitted,
  ServiceNotFound,
} from '../../../src/home-assistant/home-errors.ts';
import { callService, getServices } from '../../../src/home-assistant/protocol/commands.ts';
import type { WireEvent } from '../../../src/home-assistant/protocol/wire.ts';
import { Cancelled } from '../../../src/kernel/errors.ts';
import { Logging, type LogRecord } from '../../../src/kernel/logging.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { RecordingSink } from '../recording-sink.ts';
import { CONFIG, GREETING, ScriptedHome } from '../scripted-home.ts';

const turnOn = callService({ domain: 'light', service: 'turn_on' });
const unauthorized = { error: { code: 'unauthorized', message: 'Unauthorized' } };

function setUp(options: Partial<HomeConnectionOptions> = {}) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T12:00:00Z') });
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const log: LogRecord[] = [];
  logging.tap((record) => log.push(record));
  const home = new ScriptedHome(clock);
  const connection = new HomeConnection(
    { clock, logging, random: () => 0 },
    { home: 'default', transport: home, token: 'good', ...options },
  );
  const sink = new RecordingSink();
  connection.attach(sink);
  const start = async (): Promise<void> => {
    await connection.start();
    await clock.settle();
  };
  return {
    clock,
    home,
    connection,
    sink,
    log,
    start,
    [Symbol.asyncDispose]: () => clock.pump(connection.stop()),
  };
}

function event(eventType: string, data: Record<string, unknown> = {}): WireEvent {
  return {
    event_type: eventType,
    data,
    origin: 'LOCAL',
    time_fired: '2026-03-29T12:00:00+00:00',
    context: { id: '01E', parent_id: null, user_id: null },
  };
}

describe('a connection to a home', () => {
  it('authenticates, syncs and is ready, the snapshot told before the word', async () => {
    await using t = setUp();
    await t.start();
    expect(t.sink.told).toEqual(['closed', 'connecting', 'authenticating', 'syncing', 'snapshot', 'ready']);
    expect(t.sink.snapshots[0]).toMatchObject({
      generation: 1,
      entities: t.home.entities,
      restarted: false,
      clockOffsetMs: 0,
    });
    expect(t.sink.snapshots[0]?.config.time_zone).toBe('Europe/Amsterdam');
  });

  it('asks for coalesced frames before anything else, and counts ids upwards', async () => {
    await using t = setUp();
    await t.start();
    expect(t.home.socket.received[0]).toEqual({
      id: 1,
      type: 'supported_features',
      features: { coalesce_messages: 1 },
    });
    const ids = t.home.socket.received.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('hands differences on as they came, also those of one frame', async () => {
    await using t = setUp();
    await t.start();
    const [subscription] = t.home.received('subscribe_entities');
    const difference = { c: { 'light.bed': { '+': { s: 'on', lc: 2, c: '01B' } } } };
    t.home.socket.say([
      { id: subscription?.id, type: 'event', event: difference },
      { id: subscription?.id, type: 'event', event: { r: ['light.bed'] } },
    ]);
    await t.clock.settle();
    expect(t.sink.differences).toEqual([difference, { r: ['light.bed'] }]);
  });

  it('takes the long way with a home that does not know subscribe_entities', async () => {
    await using t = setUp();
    const state = {
      entity_id: 'light.bed',
      state: 'off',
      attributes: { a: 1 },
      last_changed: '1970-01-01T00:00:01+00:00',
      last_updated: '1970-01-01T00:00:01+00:00',
      context: { id: '01A', parent_id: null, user_id: null },
    };
    t.home.on('subscribe_entities', () => ({ error: { code: 'unknown_command', message: 'Unknown command.' } }));
    t.home.on('get_states', () => ({ result: [state] }));
    await t.start();
    expect(t.sink.snapshots[0]?.entities).toEqual({ 'light.bed': { s: 'off', a: { a: 1 }, c: '01A', lc: 1 } });
    const later = {
      ...state,
      state: 'on',
      last_changed: '1970-01-01T00:00:02+00:00',
      last_updated: '1970-01-01T00:00:02+00:00',
    };
    t.home.fire(event('state_changed', { entity_id: 'light.bed', old_state: state, new_state: later }));
    await t.clock.settle();
    expect(t.sink.differences).toEqual([{ c: { 'light.bed': { '+': { s: 'on', lc: 2 } } } }]);
    expect(t.sink.events).toEqual([]);

    const second = new RecordingSink();
    t.connection.attach(second);
    await t.clock.settle();
    expect(second.told).toEqual(['syncing', 'snapshot', 'ready']);
  });

  it('tells a changed configuration', async () => {
    await using t = setUp();
    await t.start();
    t.home.timeZone = 'Asia/Tokyo';
    t.home.fire(event('core_config_updated'));
    await t.clock.settle();
    expect(t.sink.configs.map((config) => config.time_zone)).toEqual(['Asia/Tokyo']);
  });

  it('says farewell when it stops, and leaves no timer', async () => {
    const t = setUp();
    await t.start();
    await t.clock.pump(t.connection.stop());
    expect(t.home.socket.ended).toBe(true);
    expect(t.sink.phases.at(-1)).toBe('closed');
    expect(t.clock.timers()).toEqual([]);
  });

  it('does not wait long for the answer to its farewell', async () => {
    const t = setUp();
    await t.start();
    t.home.socket.halfOpen = true;
    const beforeMs = t.clock.nowMs();
    await t.clock.pump(t.connection.stop());
    expect(t.clock.nowMs() - beforeMs).toBe(500);
    expect(t.home.socket.ended).toBe(true);
    expect(t.clock.timers()).toEqual([]);
  });

  it('can be stopped at any step of an attempt', async () => {
    for (const obstacle of ['none', 'stall', new HomeUnreachable('no')] as const) {
      const t = setUp();
      t.home.obstacle = obstacle;
      await t.connection.start();
      await t.clock.pump(t.connection.stop());
      await t.clock.settle();
      expect(t.sink.phases.at(-1)).toBe('closed');
      expect(t.clock.timers()).toEqual([]);
    }
  });

  it('survives a sink that throws, and tells the others', async () => {
    await using t = setUp();
    const bad = new RecordingSink();
    bad.onDifferences = () => {
      throw new Error('broken');
    };
    t.connection.attach(bad);
    const good = new RecordingSink();
    t.connection.attach(good);
    await t.start();
    t.home.tell({ r: ['light.bed'] });
    await t.clock.settle();
    expect(good.differences).toEqual([{ r: ['light.bed'] }]);
    expect(t.log.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

describe('a home that goes away', () => {
  it('is tried again after a second, then ever less often, for ever', async () => {
    await using t = setUp();
    await t.start();
    await t.clock.advanceBy(20_000);
    t.home.obstacle = new HomeUnreachable('http://home cannot be reached: connect ECONNREFUSED', {
      hint: 'Nothing listens there.',
    });
    t.home.socket.drop(1006);
    await t.clock.settle();
    const attemptsAt: number[] = [];
    let seen = t.home.attempts;
    const startMs = t.clock.nowMs();
    for (let second = 1; second <= 400; second += 1) {
      await t.clock.advanceBy(1000);
      for (; seen < t.home.attempts; seen += 1) attemptsAt.push((t.clock.nowMs() - startMs) / 1000);
    }
    expect(attemptsAt).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]);
    await t.clock.advanceBy(86_400_000);
    expect(t.home.attempts).toBeGreaterThan(1400);
  });

  it('is told to the operator once, and so is its return', async () => {
    await using t = setUp();
    await t.start();
    await t.clock.advanceBy(20_000);
    t.home.obstacle = new HomeUnreachable('connect ECONNREFUSED');
    t.home.socket.drop(1006);
    await t.clock.advanceBy(300_000);
    expect(t.log.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      'The connection to home "default" is gone: it broke off. It is tried again until it works.',
    ]);
    t.home.obstacle = 'none';
    await t.clock.advanceBy(60_000);
    expect(t.log.at(-1)).toMatchObject({ level: 'info', msg: 'connected to home "default", after 5m3s without it' });
  });

  it('comes back with a new snapshot, under the next generation', async () => {
    await using t = setUp();
    await t.start();
    t.home.socket.drop(1000);
    t.home.entities = {
      'light.bed': { s: 'on', a: {}, c: '01C', lc: 9 },
      'light.new': { s: 'on', a: {}, c: '01D', lc: 1 },
    };
    await t.clock.advanceBy(1000);
    expect(t.sink.told.slice(6)).toEqual(['lost', 'connecting', 'authenticating', 'syncing', 'snapshot', 'ready']);
    expect(t.sink.snapshots[1]).toMatchObject({ generation: 2, entities: t.home.entities, restarted: false });
    expect(t.sink.statuses.at(-1)).toMatchObject({ phase: 'ready', generation: 2 });
    expect(t.sink.statuses.at(-1)?.problem).toBeUndefined();
  });

  it('is not heard any more on its old connection', async () => {
    await using t = setUp();
    await t.start();
    const old = t.home.socket;
    const [subscription] = t.home.received('subscribe_entities');
    await t.clock.advanceBy(1000);
    old.halfOpen = true;
    await t.clock.advanceBy(30_000);
    expect(t.home.sockets).toHaveLength(2);
    old.halfOpen = false;
    old.ended = false;
    old.say({ id: subscription?.id, type: 'event', event: { r: ['light.bed'] } });
    await t.clock.settle();
    expect(t.sink.differences).toEqual([]);
  });

  it('is tried at once by who knows that it is back', async () => {
    await using t = setUp();
    await t.start();
    t.home.socket.drop(1006);
    await t.clock.settle();
    t.connection.retryNow();
    await t.clock.settle();
    expect(t.sink.phases.at(-1)).toBe('ready');
  });

  it('is noticed to be gone within twice the interval of the pings, though nothing says so', async () => {
    for (const deadAfterMs of [1, 4999, 9999, 10_000, 10_001]) {
      await using t = setUp();
      await t.start();
      await t.clock.advanceBy(deadAfterMs);
      t.home.socket.halfOpen = true;
      await t.clock.advanceBy(20_000);
      expect(t.sink.phases).toContain('lost');
    }
  });

  it('is alive as long as anything at all is heard', async () => {
    await using t = setUp();
    t.home.on('ping', () => 'silence');
    await t.start();
    for (let second = 0; second < 60; second += 1) {
      t.home.tell({ c: {} });
      await t.clock.advanceBy(1000);
    }
    expect(t.sink.phases.at(-1)).toBe('ready');
    await t.clock.advanceBy(20_000);
    expect(t.sink.phases).toContain('lost');
  });
});

describe('a home that was restarted', () => {
  it('is waited for while it starts, and known by it', async () => {
    await using t = setUp();
    await t.start();
    t.home.socket.drop(1000);
    t.home.coreState = 'NOT_RUNNING';
    await t.clock.advanceBy(60_000);
    expect(t.sink.phases.at(-1)).toBe('starting');
    expect(t.sink.snapshots).toHaveLength(1);
    t.home.coreState = 'RUNNING';
    t.home.fire(event('core_config_updated'));
    await t.clock.settle();
    expect(t.sink.told.slice(-2)).toEqual(['snapshot', 'ready']);
    expect(t.sink.snapshots[1]?.restarted).toBe(true);
    expect(t.log.at(-1)?.msg).toMatch(/; it was restarted$/);
  });

  it('is asked now and then, should its word not come', async () => {
    await using t = setUp();
    t.home.coreState = 'NOT_RUNNING';
    t.home.on('subscribe_events', () => unauthorized);
    await t.start();
    t.home.coreState = 'RUNNING';
    await t.clock.advanceBy(5000);
    expect(t.sink.phases.at(-1)).toBe('ready');
  });

  it('was not restarted for us when it is met for the first time', async () => {
    await using t = setUp();
    t.home.coreState = 'NOT_RUNNING';
    await t.start();
    t.home.coreState = 'RUNNING';
    await t.clock.advanceBy(5000);
    expect(t.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false]);
  });

  it('is known by states that are all new, long after', async () => {
    await using t = setUp();
    await t.start();
    await t.clock.advanceBy(60_000);
    t.home.obstacle = new HomeUnreachable('no');
    t.home.socket.drop(1006);
    await t.clock.advanceBy(600_000);
    const writtenS = t.clock.nowMs() / 1000;
    t.home.entities = { 'light.bed': { s: 'off', a: {}, c: '01A', lc: writtenS - 100 } };
    t.home.obstacle = 'none';
    await t.clock.advanceBy(60_000);
    expect(t.sink.snapshots[1]?.restarted).toBe(true);
  });

  it('is remembered to have been, though it went again before it was up', async () => {
    await using t = setUp();
    await t.start();
    t.home.socket.drop(1000);
    t.home.coreState = 'NOT_RUNNING';
    await t.clock.advanceBy(3000);
    expect(t.sink.phases.at(-1)).toBe('starting');
    t.home.socket.drop(1006);
    t.home.coreState = 'RUNNING';
    await t.clock.advanceBy(30_000);
    expect(t.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, true]);
    t.home.socket.drop(1006);
    await t.clock.advanceBy(30_000);
    expect(t.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, true, false]);
  });
});

describe('what stands in the way', () => {
  it('is a refused token, which is tried again slowly', async () => {
    await using t = setUp({ token: 'bad' });
    await t.start();
    const status = t.sink.statuses.at(-1);
    expect(status?.phase).toBe('refused');
    expect(status?.problem?.code).toBe('AUTH_REFUSED');
    expect(status?.problem?.hint).toMatch(/long-lived access token/);
    await t.clock.advanceBy(299_000);
    expect(t.home.attempts).toBe(1);
    t.home.token = 'bad';
    await t.clock.advanceBy(1000);
    expect(t.sink.phases.at(-1)).toBe('ready');
  });

  it('is told once, however often it is met', async () => {
    await using t = setUp({ token: 'bad' });
    await t.start();
    await t.clock.advanceBy(3_600_000);
    expect(t.home.attempts).toBe(13);
    expect(t.log.map(({ msg }) => msg)).toEqual([
      'Home Assistant "default" refused the token: Invalid access token or password. It is tried again every 5m.',
    ]);
  });

  it('is something that is no Home Assistant', async () => {
    for (const greeting of ['Welcome!', '{"type":"hello"}', '[1]']) {
      await using t = setUp();
      t.home.greeting = greeting;
      await t.start();
      expect(t.sink.statuses.at(-1)).toMatchObject({ phase: 'lost', problem: { code: 'NOT_HOME_ASSISTANT' } });
    }
  });

  it.each([
    ['connecting', 10_000],
    ['authenticating', 10_000],
    ['syncing', 60_000],
  ] as const)('is an attempt that stalls while %s', async (phase, limitMs) => {
    await using t = setUp();
    if (phase === 'connecting') t.home.obstacle = 'stall';
    if (phase === 'authenticating') t.home.greeting = undefined;
    if (phase === 'syncing') t.home.on('get_config', () => 'silence');
    await t.start();
    await t.clock.advanceBy(limitMs - 1);
    expect(t.sink.phases.at(-1)).toBe(phase);
    await t.clock.advanceBy(1);
    expect(t.sink.statuses.at(-1)).toMatchObject({ phase: 'lost', problem: { code: 'HOME_STALLED' } });
    t.home.obstacle = 'none';
    t.home.greeting = GREETING;
    t.home.on('get_config', () => ({ result: { ...CONFIG, state: 'RUNNING' } }));
    await t.clock.advanceBy(1000);
    expect(t.sink.phases.at(-1)).toBe('ready');
  });

  it('is a frame that cannot be read: the connection is made anew', async () => {
    await using t = setUp();
    await t.start();
    t.home.socket.sayText('{"id":3,"type":"event","ev');
    await t.clock.settle();
    expect(t.sink.statuses.at(-1)).toMatchObject({ phase: 'lost', problem: { code: 'FRAME_INVALID' } });
    await t.clock.advanceBy(1000);
    expect(t.sink.snapshots).toHaveLength(2);
  });

  it('is no message of a kind that is not known yet', async () => {
    await using t = setUp();
    await t.start();
    t.home.socket.say({ type: 'news', id: 77 });
    t.home.socket.say({ type: 'result', id: null, success: false, error: { code: 'invalid_format', message: '' } });
    t.home.socket.say({ type: 'event', id: 999, event: {} });
    await t.clock.settle();
    expect(t.sink.phases.at(-1)).toBe('ready');
  });
});

describe('commands', () => {
  const options = { timeoutMs: 10_000 };

  it('give their result', async () => {
    await using t = setUp();
    t.home.on('call_service', () => ({ result: { context: { id: '01X' } } }));
    await t.start();
    await expect(t.clock.pump(t.connection.command(turnOn, options))).resolves.toEqual({ context: { id: '01X' } });
    expect(t.home.received('call_service')[0]).toMatchObject({ domain: 'light', service: 'turn_on' });
  });

  it('give results as they come, not in the order of asking', async () => {
    await using t = setUp();
    t.home.on('call_service', () => 'silence');
    t.home.on('get_services', () => 'silence');
    await t.start();
    const first = t.connection.command(turnOn, options);
    const second = t.connection.command(getServices(), options);
    await t.clock.settle();
    t.home.socket.say({ id: t.home.received('get_services')[0]?.id, type: 'result', success: true, result: 'second' });
    await expect(t.clock.pump(second)).resolves.toBe('second');
    t.home.socket.say({ id: t.home.received('call_service')[0]?.id, type: 'result', success: true, result: 'first' });
    await expect(t.clock.pump(first)).resolves.toBe('first');
  });

  it('are refused in the words of the home', async () => {
    await using t = setUp();
    t.home.on('call_service', () => ({ error: { code: 'not_found', message: 'Service light.turn_on not found.' } }));
    t.home.on('get_services', () => unauthorized);
    await t.start();
    const refused = t.connection.command(turnOn, options);
    await expect(t.clock.pump(refused)).rejects.toThrow(ServiceNotFound);
    await expect(refused).rejects.toMatchObject({
      homeCode: 'not_found',
      homeMessage: 'Service light.turn_on not found.',
    });
    await expect(t.clock.pump(t.connection.command(getServices(), options))).rejects.toThrow(NotPermitted);
  });

  it('wait for a home that is away, and are then sent once, in order', async () => {
    await using t = setUp();
    t.home.obstacle = new HomeUnreachable('no');
    await t.start();
    const first = t.connection.command(turnOn, options);
    const second = t.connection.command(getServices(), options);
    t.home.obstacle = 'none';
    await t.clock.advanceBy(1000);
    await expect(Promise.all([first, second])).resolves.toEqual([null, null]);
    expect(t.home.received('call_service')).toHaveLength(1);
    const types = t.home.socket.received.map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['call_service', 'get_services']);
  });

  it('wait while the home is starting, since it knows few services then', async () => {
    await using t = setUp();
    t.home.coreState = 'NOT_RUNNING';
    await t.start();
    const call = t.connection.command(turnOn, options);
    await t.clock.settle();
    expect(t.home.received('call_service')).toEqual([]);
    t.home.coreState = 'RUNNING';
    await t.clock.advanceBy(5000);
    await expect(call).resolves.toBeNull();
  });

  it('wait no longer than their time limit', async () => {
    await using t = setUp();
    t.home.obstacle = new HomeUnreachable('http://home cannot be reached', { hint: 'Nothing listens there.' });
    await t.start();
    const call = t.connection.command(turnOn, options);
    await expect(t.clock.pump(call)).rejects.toThrow(HomeAway);
    await expect(call).rejects.toMatchObject({
      message: 'light.turn_on waited 10s for home "default" and was not sent: http://home cannot be reached',
      hint: 'Nothing listens there.',
    });
    t.home.obstacle = 'none';
    await t.clock.advanceBy(60_000);
    expect(t.home.received('call_service')).toEqual([]);
  });

  it('without an answer end at their time limit; a late answer is nobody’s', async () => {
    await using t = setUp();
    t.home.on('call_service', () => 'silence');
    await t.start();
    const call = t.connection.command(turnOn, options);
    await expect(t.clock.pump(call)).rejects.toThrow(NoAnswer);
    await expect(call).rejects.toMatchObject({ mayHaveRun: true });
    t.home.socket.say({ id: t.home.received('call_service')[0]?.id, type: 'result', success: true, result: null });
    await t.clock.settle();
    expect(t.sink.phases.at(-1)).toBe('ready');
  });

  it('in flight are lost with the connection, and never sent twice', async () => {
    await using t = setUp();
    t.home.on('call_service', () => 'silence');
    await t.start();
    const call = t.connection.command(turnOn, options);
    await t.clock.settle();
    t.home.socket.drop(1006);
    await expect(t.clock.pump(call)).rejects.toThrow(ConnectionLost);
    await expect(call).rejects.toMatchObject({ mayHaveRun: true, code: 'CONNECTION_LOST' });
    await t.clock.advanceBy(60_000);
    expect(t.home.received('call_service')).toEqual([]);
  });

  it('are answered if their answer came before the connection went', async () => {
    await using t = setUp();
    t.home.on('call_service', () => 'silence');
    await t.start();
    const call = t.connection.command(turnOn, options);
    await t.clock.settle();
    t.home.socket.say({
      id: t.home.received('call_service')[0]?.id,
      type: 'result',
      success: true,
      result: 'just in time',
    });
    t.home.socket.drop(1000);
    await expect(t.clock.pump(call)).resolves.toBe('just in time');
  });

  it('are called off by their signal, sent or not', async () => {
    await using t = setUp();
    t.home.on('call_service', () => 'silence');
    const controller = new AbortController();
    const unsent = t.connection.command(turnOn, { ...options, signal: controller.signal });
    await t.start();
    const sent = t.connection.command(turnOn, { ...options, signal: controller.signal });
    const reason = new Cancelled('the app has stopped');
    controller.abort(reason);
    await expect(unsent).rejects.toBe(reason);
    await expect(sent).rejects.toBe(reason);
    await expect(t.connection.command(turnOn, { ...options, signal: controller.signal })).rejects.toBe(reason);
    expect(t.clock.timers().filter(({ label }) => label.includes('light.turn_on'))).toEqual([]);
  });

  it('are called off when the connection stops', async () => {
    const t = setUp();
    t.home.on('call_service', () => 'silence');
    await t.start();
    const call = t.connection.command(turnOn, options);
    const rejected = expect(call).rejects.toThrow(Cancelled);
    await t.clock.pump(t.connection.stop());
    await rejected;
    await expect(t.connection.command(turnOn, options)).rejects.toThrow(Cancelled);
  });
});

describe('requests', () => {
  it('carry the token, and give back whatever status comes', async () => {
    await using t = setUp();
    t.home.rest = () => Promise.resolve({ status: 404, headers: {}, body: '404: Not Found' });
    await t.start();
    const response = t.connection.rest(
      { method: 'GET', path: '/api/nothing', headers: { accept: 'text/plain' } },
      { timeoutMs: 1000 },
    );
    await expect(t.clock.pump(response)).resolves.toMatchObject({ status: 404 });
    expect(t.home.requests).toEqual([
      { method: 'GET', path: '/api/nothing', headers: { accept: 'text/plain', authorization: 'Bearer good' } },
    ]);
  });

  it('are not lost with the socket, since they have a connection of their own', async () => {
    await using t = setUp();
    const { promise, resolve } = Promise.withResolvers<{ status: number; headers: {}; body: string }>();
    t.home.rest = () => promise;
    await t.start();
    const response = t.connection.rest({ method: 'GET', path: '/api/' }, { timeoutMs: 10_000 });
    t.home.socket.drop(1006);
    await t.clock.settle();
    resolve({ status: 200, headers: {}, body: 'ok' });
    await expect(t.clock.pump(response)).resolves.toMatchObject({ body: 'ok' });
  });

  it('wait for a home that is away', async () => {
    await using t = setUp();
    t.home.obstacle = new HomeUnreachable('no');
    await t.start();
    const response = t.connection.rest({ method: 'GET', path: '/api/' }, { timeoutMs: 10_000 });
    await t.clock.settle();
    expect(t.home.requests).toEqual([]);
    t.home.obstacle = 'none';
    await expect(t.clock.pump(response)).resolves.toMatchObject({ status: 200 });
  });
});

describe('events', () => {
  const heard = (sink: RecordingSink): readonly string[] => sink.events.map(({ event_type }) => event_type);

  it('of calls are followed from the start', async () => {
    await using t = setUp();
    await t.start();
    expect(t.home.socket.subscriptionsTo('call_service')).toHaveLength(1);
    t.home.fire(event('call_service', { domain: 'light' }));
    await t.clock.settle();
    expect(heard(t.sink)).toEqual(['call_service']);
  });

  it('are subscribed to once, as long as anybody follows them', async () => {
    await using t = setUp();
    await t.start();
    const first = t.connection.followEvents('zha_event');
    const second = t.connection.followEvents('zha_event');
    await t.clock.settle();
    expect(t.home.socket.subscriptionsTo('zha_event')).toHaveLength(1);
    first();
    first();
    await t.clock.settle();
    t.home.fire(event('zha_event'));
    await t.clock.settle();
    expect(heard(t.sink)).toEqual(['zha_event']);
    second();
    await t.clock.settle();
    expect(t.home.socket.subscriptionsTo('zha_event')).toEqual([]);
  });

  it('are subscribed to again after a loss, and no others', async () => {
    await using t = setUp();
    await t.start();
    t.connection.followEvents('kept');
    t.connection.followEvents('dropped')();
    t.home.socket.drop(1006);
    await t.clock.advanceBy(1000);
    const types = t.home.received('subscribe_events').map((command) => command['event_type']);
    expect(types).toEqual(['core_config_updated', 'call_service', 'kept']);
  });

  it('that come before the snapshot are told after it', async () => {
    await using t = setUp();
    t.home.on('get_config', () => {
      t.home.fire(event('call_service'));
      return { result: { ...CONFIG, state: 'RUNNING' } };
    });
    await t.start();
    expect(t.sink.told.slice(-3)).toEqual(['snapshot', 'ready', 'event call_service']);
  });

  it('that the user may not follow are gone without, and it is said', async () => {
    await using t = setUp();
    t.home.on('subscribe_events', () => unauthorized);
    await t.start();
    expect(t.sink.statuses.at(-1)).toMatchObject({
      phase: 'ready',
      problem: { code: 'NOT_PERMITTED', message: expect.stringContaining('call_service') },
    });
    t.home.socket.drop(1000);
    await t.clock.advanceBy(1000);
    expect(t.log.filter(({ code }) => code === 'NOT_PERMITTED')).toHaveLength(1);
  });

  it('refused while the home starts are asked for again when it runs', async () => {
    await using t = setUp();
    t.home.coreState = 'NOT_RUNNING';
    t.home.on('subscribe_events', (command) =>
      t.home.coreState === 'RUNNING' || command['event_type'] === 'core_config_updated'
        ? { result: null }
        : { error: { code: 'home_assistant_error', message: 'not yet' } },
    );
    await t.start();
    t.home.coreState = 'RUNNING';
    await t.clock.advanceBy(5000);
    t.home.fire(event('call_service'));
    await t.clock.settle();
    expect(heard(t.sink)).toEqual(['call_service']);
    expect(t.sink.statuses.at(-1)?.problem).toBeUndefined();
  });
});

describe('a sink', () => {
  it('that comes to a home that is ready is told a snapshot of its own, and nothing before it', async () => {
    await using t = setUp();
    await t.start();
    t.home.entities = { 'light.bed': { s: 'on', a: {}, c: '01B', lc: 2 } };
    const late = new RecordingSink();
    t.connection.attach(late);
    t.home.tell({ r: ['light.gone'] });
    await t.clock.settle();
    t.home.tell({ r: ['light.later'] });
    await t.clock.settle();
    expect(late.told).toEqual(['syncing', 'snapshot', 'ready', 'differences']);
    expect(late.snapshots[0]).toMatchObject({ generation: 1, entities: t.home.entities, restarted: false });
    expect(t.sink.snapshots).toHaveLength(1);
    expect(t.home.received('unsubscribe_events').map((command) => command['subscription'])).toContain(
      t.home.received('subscribe_entities')[1]?.id,
    );
  });

  it('that comes just before the home goes is told with all others when it is back', async () => {
    await using t = setUp();
    await t.start();
    const late = new RecordingSink();
    t.connection.attach(late);
    t.home.socket.ended = true;
    t.home.socket.halfOpen = true;
    await t.clock.advanceBy(30_000);
    expect(late.told).toEqual(['syncing', 'lost', 'connecting', 'authenticating', 'syncing', 'snapshot', 'ready']);
  });

  it('that is detached is told nothing more', async () => {
    await using t = setUp();
    const detach = t.connection.attach(new RecordingSink());
    const sink = new RecordingSink();
    const detachOther = t.connection.attach(sink);
    await t.start();
    const told = sink.told.length;
    detachOther();
    detach();
    t.home.tell({ r: ['light.bed'] });
    await t.clock.settle();
    expect(sink.told).toHaveLength(told);
  });
});

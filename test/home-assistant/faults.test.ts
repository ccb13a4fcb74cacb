import { describe, expect, it } from 'vitest';
import { durationMs } from '../../src/kernel/duration.ts';
import type { Behaviour } from '../../src/simulator/behaviours.ts';
import {
  cutAfter,
  delay,
  garble,
  giantFrames,
  halfOpen,
  lag,
  refuse,
  refuseAuth,
  reorder,
  stall,
  swallow,
  unknownMessages,
  unreachable,
} from '../../src/simulator/faults.ts';
import { storm } from '../../src/simulator/storm.ts';
import { makeHouse, startDaemon } from './provenance/trail-fixture.ts';

/** A daemon at a home, with an app that watches a counter, hears a bell, and asks for what the home evaluates. */
async function open() {
  const t = makeHouse({ 'sensor.counter': '0' });
  t.home.registries.furnish({ entities: { 'sensor.counter': {} } });
  const daemon = await startDaemon(t);
  const app = daemon.app('witness');
  const told: string[] = [];
  const rung: unknown[] = [];
  const phases: string[] = [];
  app.bus.onStateChange('sensor.counter', { maxPending: 20_000 }, ({ from, to, resync }) => {
    told.push(`${from?.state}→${to?.state}${resync ? ' found' : ''}`);
  });
  app.bus.onEvent('rung', ({ data }) => void rung.push(data['number']));
  const leave = daemon.hosted.lifecycle.subscribe('*', ({ kind }) => void phases.push(kind));
  await t.clock.settle();
  return {
    ...t,
    ...daemon,
    app,
    told,
    rung,
    phases,
    generation: () => daemon.connection.homeStatus.generation,
    count: (to: number) => t.home.setState('sensor.counter', String(to)),
    warnings: () => daemon.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg),
    async [Symbol.asyncDispose]() {
      leave();
      await daemon[Symbol.asyncDispose]();
    },
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

describe('what the daemon does about', () => {
  it.each<[string, (t: Opened) => void | Promise<void>, string]>([
    ['connections that are dropped', (t) => t.home.dropConnections(), 'it broke off'],
    ['a restart', (t) => t.home.restart(), 'as it does when it stops or restarts'],
    ['connections that are silenced', (t) => t.home.silenceConnections(), 'is dead: nothing was heard for'],
    ['frames that are no JSON', (t) => brief(t, garble(), 'rung'), 'sent what cannot be read'],
    [
      'a frame that is no message',
      (t) =>
        brief(
          t,
          garble(() => '[17]'),
          'rung',
        ),
      'no message: [17]',
    ],
    ['a cut in the midst of frames', (t) => brief(t, cutAfter(1), 'rung'), 'it broke off'],
    [
      'a storm that is too much for the home',
      (t) => storm(t.home, { changes: 10_000, entities: ['sensor.counter'] }),
      'stops or restarts',
    ],
  ])('%s: it connects anew, finds what it missed, and says so once', async (_what, happen, why) => {
    await using t = await open();
    await happen(t);
    if (t.home.state('sensor.counter') === '0') t.count(1);
    const last = t.home.state('sensor.counter');
    await t.advance('2m');
    expect(t.hosted.ready).toBe(true);
    expect(t.hosted.mirror.stateOf('sensor.counter')).toBe(last);
    expect(t.told).toEqual([`0→${last} found`]);
    expect(t.phases.filter((kind) => kind === 'disconnected' || kind === 'connected')).toEqual([
      'disconnected',
      'connected',
    ]);
    expect(t.warnings()).toEqual([expect.stringContaining(why)]);
    t.home.fireEvent('rung', { number: 'afterwards' });
    await t.clock.settle();
    expect(t.rung.at(-1)).toBe('afterwards');
  });

  it('a slow restart: a thing that comes back late is told of when it does', async () => {
    await using t = await open();
    t.home.restart({ startMs: 20_000, entitiesMs: 50_000 });
    t.count(1);
    await t.advance('40s');
    expect(t.hosted.ready).toBe(true);
    expect(t.hosted.mirror.stateOf('sensor.counter')).toBe('unavailable');
    expect(t.told).toEqual([]);
    await t.advance('1m');
    expect(t.told).toEqual(['0→1']);
    expect(t.warnings()).toHaveLength(1);
  });

  it('a network that is dead for a while: nothing is lost that is still so, and calls fail with what is known', async () => {
    await using t = await open();
    const restore = t.home.add(halfOpen());
    const call = t.app.api.call('light.turn_on', { target: 'light.a', timeout: '2m' });
    const failure = call.catch((error: unknown) => error);
    t.count(1);
    t.count(2);
    await t.advance('1m');
    expect(t.hosted.ready).toBe(false);
    restore();
    await t.advance('2m');
    expect(t.told).toEqual(['0→2 found']);
    expect(await failure).toMatchObject({ code: 'CONNECTION_LOST', mayHaveRun: true });
    expect(t.home.calls).toEqual([]);
  });

  it.each<[string, Behaviour, string]>([
    ['nobody at the address', unreachable(), 'CONNECTION_LOST'],
    ['a refused token', refuseAuth(), 'AUTH_REFUSED'],
    ['a home that does not say its states', swallow('subscribe_entities'), 'CONNECTION_LOST'],
    ['connections that are cut each time', cutAfter(4), 'CONNECTION_LOST'],
    ['configuration that is refused', refuse('home_assistant_error', 'get_config'), 'CONNECTION_LOST'],
  ])('%s: it goes on trying, tells of it once, and misses nothing in the end', async (_what, behaviour, first) => {
    await using t = await open();
    const restore = t.home.add(behaviour);
    t.home.dropConnections();
    t.count(1);
    await t.advance('30m');
    expect(t.hosted.ready).toBe(false);
    expect(t.lines.filter(({ level, code }) => level === 'warn' && code === first)).toHaveLength(1);
    expect(t.warnings().length).toBeLessThanOrEqual(2);
    restore();
    await t.advance('6m');
    expect(t.hosted.ready).toBe(true);
    expect(t.told).toEqual(['0→1 found']);
  });

  it.each<[string, Behaviour]>([
    ['unknown messages, fields and ids', unknownMessages()],
    ['giant frames', giantFrames(2_000_000)],
    ['a slow network', lag('3s')],
    ['answers that change places', reorder({ within: '3s', seed: 5 })],
    ['commands that are taken up late', delay('3s')],
  ])('%s: nothing at all is different', async (_what, behaviour) => {
    await using t = await open();
    const { generation } = t.connection.homeStatus;
    using _ = t.home.add(behaviour);
    for (let number = 1; number <= 20; number += 1) {
      t.count(number);
      t.home.fireEvent('rung', { number });
      await t.advance('1s');
    }
    const calls = Array.from({ length: 10 }, (_none, index) =>
      t.app.api.call('light.turn_on', { target: 'light.a', data: { transition: index }, validate: false }),
    );
    await t.clock.pump(Promise.all(calls));
    await t.advance('5s');
    const counted = Array.from({ length: 20 }, (_none, index) => index + 1);
    expect(t.told).toEqual(counted.map((number) => `${number - 1}→${number}`));
    expect(t.rung).toEqual(counted);
    expect(new Set(t.home.calls.map(({ data }) => data['transition'])).size).toBe(10);
    expect(t.generation()).toBe(generation);
    expect(t.warnings()).toEqual([]);
    expect(t.hosted.mirror.get('light.of_nobody')).toBeUndefined();
  });

  it('a subscription that is refused while the home starts: it asks again, until it has it', async () => {
    await using t = await open();
    const refused = t.home.add(refuse('home_assistant_error', 'subscribe_trigger'));
    const fired: unknown[] = [];
    t.app.bus.onTrigger({ trigger: 'state', entity_id: 'light.a' }, (event) => void fired.push(event));
    t.home.restart();
    await t.advance('10s');
    t.home.setState('light.a', 'on');
    refused();
    await t.advance('1m');
    t.home.setState('light.a', 'off');
    await t.clock.settle();
    expect(fired).toHaveLength(1);
  });

  it('a home that does not know subscribe_entities: it takes the older way', async () => {
    await using t = await open();
    t.home.add(refuse('unknown_command', 'subscribe_entities'));
    t.home.dropConnections();
    t.count(1);
    await t.advance('10s');
    t.count(2);
    await t.clock.settle();
    expect(t.told).toEqual(['0→1 found', '1→2']);
    expect(t.warnings()).toHaveLength(1);
  });

  it('a user who may not follow events: it says so once, and goes on with the states', async () => {
    await using t = await open();
    t.home.add(refuse('unauthorized', ({ type, event_type: of }) => type === 'subscribe_events' && of === 'rung'));
    for (const number of [1, 2, 3]) {
      t.home.dropConnections();
      t.count(number);
      await t.advance('20s');
    }
    expect(t.told).toEqual(['0→1 found', '1→2 found', '2→3 found']);
    expect(t.lines.filter(({ level, msg }) => level === 'warn' && msg.includes('rung'))).toHaveLength(1);
    expect(t.connection.homeStatus.problem?.message).toContain('rung');
  });

  it('being cut as a slow consumer: it is told of the rest when it reads again', async () => {
    await using t = await open();
    const restore = t.home.add(stall());
    for (let number = 1; number <= 1200; number += 1) t.count(number);
    await t.advance('9s');
    expect(t.home.connectionCount).toBe(1);
    await t.advance('1s');
    restore();
    await t.advance('10s');
    expect(t.told).toEqual(['0→1200 found']);
  });

  it('ten thousand changes that come in bursts a connection bears: it tells each, in order', async () => {
    await using t = await open();
    const { generation } = t.connection.homeStatus;
    for (const changes of [4000, 4000, 2000]) {
      storm(t.home, { changes, entities: ['sensor.counter'] });
      await t.clock.settle();
    }
    expect(t.told).toEqual(Array.from({ length: 10_000 }, (_none, index) => `${index}→${index + 1}`));
    expect(t.generation()).toBe(generation);
  });

  it.each(['2h', '-2h'])('a clock that is set by %s: holds are as long as they were to be', async (step) => {
    await using t = await open();
    const held: string[] = [];
    t.app.bus.onStateChange('light.a', { to: 'on', for: '5m' }, () => void held.push('held'));
    t.home.stepClock(step);
    t.home.dropConnections();
    await t.advance('1m');
    expect(t.connection.homeStatus.clockOffsetMs).toBeCloseTo((step.startsWith('-') ? -1 : 1) * durationMs('2h'), -2);
    t.home.setState('light.a', 'on');
    await t.advance('4m 59s');
    expect(held).toEqual([]);
    await t.advance('2s');
    expect(held).toEqual(['held']);
  });

  it.each(['2h', '-2h'])('a clock that is set by %s while all is well: it is noticed, and no more', async (step) => {
    await using t = await open();
    const held: string[] = [];
    t.app.bus.onStateChange('light.a', { to: 'on', for: '5m' }, () => void held.push('held'));
    t.home.setState('light.a', 'on');
    await t.advance('1m');
    t.home.stepClock(step);
    await t.advance('3m 59s');
    expect(held).toEqual([]);
    await t.advance('2s');
    expect(held).toEqual(['held']);
    t.count(1);
    await t.advance('15m');
    expect(t.connection.homeStatus.clockOffsetMs).toBeCloseTo((step.startsWith('-') ? -1 : 1) * durationMs('2h'), -2);
    expect(t.told).toEqual(['0→1']);
  });

  it('a home that is met again long after a restart by which its clock was set back: it is known to be one', async () => {
    await using t = await open();
    t.home.setState('light.a', 'on');
    await t.advance('10m');
    const restore = t.home.add(unreachable());
    t.home.stepClock('-2h');
    t.home.restart();
    await t.advance('2m');
    restore();
    await t.advance('2m');
    expect(t.phases).toEqual(['disconnected', 'connected', 'home-assistant-start']);
    expect(t.told).toEqual([]);
  });
});

/** A fault for as long as it takes to say one thing. */
async function brief(t: Opened, behaviour: Behaviour, eventType: string): Promise<void> {
  using _ = t.home.add(behaviour);
  t.home.fireEvent(eventType, { number: 0 });
  await t.clock.settle();
}

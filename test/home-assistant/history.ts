import { expect } from 'vitest';
import type { Behaviour } from '../../src/simulator/behaviours.ts';
import { type Chance, seededChance } from '../../src/simulator/chance.ts';
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
  unknownMessages,
  unreachable,
} from '../../src/simulator/faults.ts';
import type { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { storm } from '../../src/simulator/storm.ts';
import { makeHouse, startDaemon } from './provenance/trail-fixture.ts';
import { ServerLedger } from './server-ledger.ts';
import { valueOf, Witness } from './witness.ts';

const ENTITIES = ['light.a', 'light.b', 'switch.a', 'sensor.a', 'sensor.b', 'binary_sensor.a'];
const NEW_ENTITIES = ['sensor.new_0', 'sensor.new_1', 'sensor.new_2'];
const STATES = ['on', 'off', '1', '2', 'unavailable', 'unknown'];
const EVENT_TYPES = ['rung', 'scanned', 'pressed'];
const STORM_CHANGES = 10_000;

/** Chance, in the words of a history. */
class Dice {
  readonly chance: Chance;

  constructor(seed: number) {
    this.chance = seededChance(seed);
  }

  upTo(end: number): number {
    return Math.floor(this.chance() * end);
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.upTo(list.length)];
    if (one === undefined) throw new RangeError('an empty list');
    return one;
  }
}

/** One history: changes and faults by chance, then peace; and what has to be so then. */
export async function live(seed: number): Promise<void> {
  const dice = new Dice(seed);
  const t = makeHouse({ 'sensor.a': '1', 'sensor.b': '2', 'binary_sensor.a': 'off' });
  const { clock, home } = t;
  home.registries.furnish({ entities: { 'light.a': {}, 'sensor.b': {} } });
  const ledger = new ServerLedger();
  home.add(ledger.behaviour);
  const daemon = await startDaemon(t);
  const { connection, hosted } = daemon;
  const { bus, api } = daemon.app('witness');
  const baseline = ledger.present();
  const witness = new Witness(hosted.mirror);
  bus.onStateChange('*', { every: true, availability: 'raw', maxPending: 50_000, name: 'raw' }, (event) =>
    witness.raw(event),
  );
  bus.onStateChange('*', { maxPending: 50_000, name: 'plain' }, (event) => witness.plain(event));
  const historian = new Witness(hosted.mirror);
  const steps = { every: true, availability: 'raw', backfill: true, maxPending: 50_000, name: 'steps' } as const;
  // It is told late: what it hears of may be gone again.
  bus.onStateChange('*', steps, ({ entityId, from, to }) => historian.raw({ entityId, from, to, resync: false }));
  const filled = new Witness(hosted.mirror);
  bus.onStateChange(
    '*',
    { every: true, availability: 'raw', backfill: true, maxPending: 50_000, name: 'filled' },
    (event) => filled.step(event),
  );
  const lifecycle: string[] = [];
  const leave = hosted.lifecycle.subscribe('*', ({ kind }) => {
    if (kind === 'connected' || kind === 'disconnected') lifecycle.push(kind);
  });

  const wanted = new Map<string, { cancel(): void }>();
  const heard = new Map<number, number>();
  let events = 0;
  let begun = 0;
  let settled = 0;
  let mayHaveGivenUp = false;
  const answered = new Set<number>();
  const undo: (() => void)[] = [];
  const forAWhile = (behaviour: Behaviour): void => void undo.push(home.add(behaviour));
  const toggle = (name: string, subscribe: () => { cancel(): void }): void => {
    const present = wanted.get(name);
    present?.cancel();
    if (present === undefined) wanted.set(name, subscribe());
    else wanted.delete(name);
  };
  const wait = (promise: Promise<unknown>, onAnswer?: () => void): void => {
    begun += 1;
    promise.then(
      () => void (onAnswer?.(), (settled += 1)),
      () => void (settled += 1),
    );
  };

  const happenings: readonly (() => void | Promise<void>)[] = [
    ...changesOf(home, dice),
    () => home.fireEvent(dice.pick(EVENT_TYPES), { number: (events += 1) }),
    () => {
      const type = dice.pick(EVENT_TYPES);
      toggle(`event ${type}`, () =>
        bus.onEvent(type, ({ data }) => {
          const number = Number(data['number']);
          heard.set(number, (heard.get(number) ?? 0) + 1);
        }),
      );
    },
    () => {
      const trigger = { trigger: 'state', entity_id: dice.pick(ENTITIES) };
      toggle(`trigger ${JSON.stringify(trigger)}`, () => bus.onTrigger(trigger, () => undefined));
    },
    () => {
      const number = (events += 1);
      const options = { target: dice.pick(['light.a', 'light.b']), data: { transition: number }, timeout: '20s' };
      const service = dice.pick(['light.turn_on', 'light.turn_off']);
      wait(api.call<string>(service, { ...options, validate: false }), () => void answered.add(number));
    },
    () => wait(bus.waitFor(dice.pick(ENTITIES), { to: dice.pick(['on', '2']), timeout: '15s' })),
    // Faults.
    () => home.dropConnections(),
    () => home.silenceConnections(),
    () => ledger.last?.push({ id: 1, type: 'a novelty', event: {} }),
    () => home.restart({ downMs: dice.upTo(5000), startMs: dice.upTo(20_000) }),
    () => home.restart({ startMs: dice.upTo(2000), entitiesMs: dice.upTo(30_000) }),
    () => {
      home.kill();
      home.start({ startMs: dice.upTo(5000) });
    },
    () => home.stepClock({ milliseconds: dice.upTo(7_200_000) - 3_600_000 }),
    () => {
      mayHaveGivenUp = true;
      forAWhile(refuse('home_assistant_error', dice.pick(['subscribe_trigger', 'subscribe_events', 'call_service'])));
    },
    ...faultsOf(dice).map((fault) => () => forAWhile(fault())),
    () => connection.retryNow(),
    // Time.
    () => clock.settle(),
    () => clock.advanceBy(dice.upTo(500)),
    () => clock.advanceBy(dice.upTo(30_000)),
    () => undo.splice(dice.upTo(undo.length), 1)[0]?.(),
  ];
  const length = 5 + dice.upTo(25);
  for (let step = 0; step < length; step += 1) await dice.pick(happenings)();

  // Peace.
  for (const each of undo.splice(0)) each();
  // What was refused for long enough is asked for again on the next connection.
  if (mayHaveGivenUp) home.dropConnections();
  // A dead connection is noticed within twice the interval of pings, and only then is there another.
  await clock.advanceBy(25_000);
  const isPeace = (): boolean => hosted.ready && settled === begun;
  for (let turn = 0; turn < 100 && !isPeace(); turn += 1) {
    connection.retryNow();
    await clock.advanceBy(2000);
  }
  // The last of its entities may have come back late.
  await clock.advanceBy(35_000);

  expect(hosted.ready).toBe(true);
  const mirrored = [...hosted.mirror.entityIds()].map((id) => [id, valueOf(hosted.mirror.get(id))]);
  const real = [...home.states.all()].map((record) => [record.entityId, valueOf(record)]);
  expect(Object.fromEntries(mirrored)).toEqual(Object.fromEntries(real));
  expect(witness.faults).toEqual([]);
  expect(filled.faults).toEqual([]);
  expect(filled.steps).toEqual(
    Object.fromEntries(Array.from(home.states.all(), (record) => [record.entityId, record.state])),
  );
  expect(Object.fromEntries(witness.known)).toEqual(Object.fromEntries(real));
  expect(historian.faults).toEqual([]);
  expect(Object.fromEntries(historian.known)).toEqual(Object.fromEntries(real));
  // An older home has no `subscribe_entities`; it was asked for every change of a state in its place.
  const followed = ledger.present().map((each) => (each === 'event state_changed' ? 'subscribe_entities' : each));
  expect(followed.toSorted()).toEqual([...baseline, ...wanted.keys()].toSorted());
  expect([...heard.values()].every((times) => times === 1)).toBe(true);
  expect(lifecycle.every((kind, index) => kind === (index % 2 === 0 ? 'disconnected' : 'connected'))).toBe(true);
  const carriedOut = home.calls.map(({ data }) => Number(data['transition']));
  expect(new Set(carriedOut).size).toBe(carriedOut.length);
  expect([...answered].filter((number) => !carriedOut.includes(number))).toEqual([]);
  expect(settled).toBe(begun);
  expect(home.connectionCount).toBe(1);
  expect(daemon.lines.filter(({ level }) => level === 'error')).toEqual([]);

  leave();
  await daemon[Symbol.asyncDispose]();
  expect(home.connectionCount).toBe(0);
  expect(clock.timers().filter(({ label }) => !label.includes('the simulated home'))).toEqual([]);
  expect([hosted.states.count, hosted.events.count, hosted.lifecycle.count]).toEqual([0, 0, 0]);
}

function changesOf(home: SimulatedHome, dice: Dice): readonly (() => void)[] {
  const { pick, upTo } = { pick: dice.pick.bind(dice), upTo: dice.upTo.bind(dice) };
  return [
    () => home.setState(pick(ENTITIES), pick(STATES)),
    () => home.setState(pick(ENTITIES), pick(STATES), { level: upTo(4) }),
    () => {
      const entityId = pick(ENTITIES);
      home.setState(entityId, home.state(entityId) ?? 'on', { level: undefined, other: upTo(3) });
    },
    () => home.setState(pick(NEW_ENTITIES), pick(STATES)),
    () => home.removeState(pick([...ENTITIES, ...NEW_ENTITIES])),
    () => {
      for (let change = 0; change < 50; change += 1) home.setState(pick(ENTITIES), pick(STATES));
    },
    () => storm(home, { changes: upTo(50) === 0 ? STORM_CHANGES : 1 + upTo(200), entities: ENTITIES }),
  ];
}

function faultsOf(dice: Dice): readonly (() => Behaviour)[] {
  return [
    unreachable,
    halfOpen,
    stall,
    refuseAuth,
    garble,
    unknownMessages,
    () => giantFrames(100_000),
    () => cutAfter(1 + dice.upTo(20)),
    () => lag({ milliseconds: dice.upTo(3000) }),
    () => delay({ milliseconds: dice.upTo(3000) }),
    () => reorder({ within: { milliseconds: dice.upTo(3000) }, seed: dice.upTo(1000) }),
    () => refuse('unknown_command', 'subscribe_entities'),
    () => swallowFirst('subscribe_entities'),
  ];
}

/** One command is lost, and no other. */
function swallowFirst(type: string): Behaviour {
  let swallowed = false;
  return {
    name: 'forgetful',
    command: (command, _connection, pass) => {
      if (!swallowed && command.type === type) swallowed = true;
      else pass(command);
    },
  };
}

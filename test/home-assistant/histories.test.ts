import { describe, expect, it } from 'vitest';
import type { EntityState } from '../../src/home-assistant/states/entity-state.ts';
import type { Command } from '../../src/home-assistant/protocol/wire.ts';
import type { ClientConnection } from '../../src/simulator/client-connection.ts';
import { seededChance } from '../../src/simulator/chance.ts';
import { garble, refuseAuth, unreachable } from '../../src/simulator/faults.ts';
import { makeHouse, startDaemon } from './provenance/trail-fixture.ts';

/**
 * Each history is one of its seed. To see one again:
 *
 *   HISTORIES_FROM=4711 HISTORIES=1 npx vitest run --config test/vitest.config.ts test/home-assistant/histories.test.ts
 */
const FROM = Number(process.env['HISTORIES_FROM'] ?? 1);
const COUNT = Number(process.env['HISTORIES'] ?? 1000);
const BATCH = 100;

const ENTITIES = ['light.a', 'light.b', 'switch.a', 'sensor.a', 'sensor.b', 'binary_sensor.a'];
const STATES = ['on', 'off', '1', '2', 'unavailable', 'unknown'];
const EVENT_TYPES = ['rung', 'scanned', 'pressed'];

type Value = string;

function valueOf(state: EntityState | null | undefined): Value {
  if (state === null || state === undefined) return 'nothing';
  const attributes = Object.entries(state.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([state.state, attributes]);
}

/** What the home itself has been asked for, by connection: only what has reached it. */
class ServerLedger {
  readonly connections = new Map<ClientConnection, Map<number, string>>();

  /** In the order of their coming: a command may be taken up late, on a connection that is gone. */
  meet(connection: ClientConnection): void {
    if (!this.connections.has(connection)) this.connections.set(connection, new Map());
  }

  take(command: Command & { readonly id: number }, connection: ClientConnection): void {
    const subscribed = this.connections.get(connection);
    if (subscribed === undefined) return;
    const { id, type, event_type: eventType, subscription } = command;
    if (type === 'subscribe_entities') subscribed.set(id, type);
    if (type === 'subscribe_events') subscribed.set(id, String(eventType));
    if (type === 'unsubscribe_events') subscribed.delete(Number(subscription));
  }

  /** What the last connection is subscribed to. */
  present(): readonly string[] {
    const last = [...this.connections.values()].at(-1);
    return [...(last?.values() ?? [])].toSorted();
  }
}

/** One history: changes and faults by chance, then peace; and what has to be so then. */
async function live(seed: number): Promise<void> {
  const chance = seededChance(seed);
  const upTo = (end: number): number => Math.floor(chance() * end);
  const pick = <T>(list: readonly T[]): T => {
    const one = list[upTo(list.length)];
    if (one === undefined) throw new RangeError('an empty list');
    return one;
  };

  const t = makeHouse({ 'sensor.a': '1', 'sensor.b': '2', 'binary_sensor.a': 'off' });
  const { clock, home } = t;
  const ledger = new ServerLedger();
  home.add({
    name: 'ledger',
    receive: (text, connection, pass) => {
      ledger.meet(connection);
      pass(text);
    },
    command: (command, connection, pass) => {
      ledger.take(command, connection);
      pass(command);
    },
  });
  const daemon = await startDaemon(t);
  const { connection, hosted } = daemon;
  const { bus, api } = daemon.app('witness');
  const baseline = ledger.present();

  // What the app knows, by what it was told: each step has to begin where the one before it ended.
  const known = new Map<string, Value>();
  const knownGood = new Map<string, string>();
  for (const entityId of hosted.mirror.entityIds()) {
    known.set(entityId, valueOf(hosted.mirror.get(entityId)));
    const good = hosted.mirror.lastGood(entityId);
    if (good !== undefined) knownGood.set(entityId, good.state);
  }
  const faults: string[] = [];
  bus.onStateChange('*', { every: true, availability: 'raw', maxPending: 10_000, name: 'raw' }, (event) => {
    const { entityId, from, to, resync } = event;
    const before = known.get(entityId) ?? 'nothing';
    if (before !== valueOf(from)) faults.push(`${entityId}: a gap between ${before} and ${valueOf(from)}`);
    if (from !== null && to !== null && from.lastUpdated.equals(to.lastUpdated)) faults.push(`${entityId}: told twice`);
    if (to !== null && resync && !hosted.mirror.has(entityId)) faults.push(`${entityId}: told and not there`);
    if (to === null) known.delete(entityId);
    else known.set(entityId, valueOf(to));
  });
  bus.onStateChange('*', { maxPending: 10_000, name: 'plain' }, ({ entityId, from, to }) => {
    const before = knownGood.get(entityId);
    // The first good value of an entity that was there without one is no change, so it is not known here.
    if (before !== undefined && from !== null && from.state !== before && from.available) {
      faults.push(`${entityId}: was ${before} and is told as ${from.state}`);
    }
    if (from !== null && to !== null && from.state === to.state) faults.push(`${entityId}: no change`);
    if (to === null) knownGood.delete(entityId);
    else knownGood.set(entityId, to.state);
  });

  const wanted = new Map<string, { cancel(): void }>();
  const heard = new Map<number, number>();
  let events = 0;
  let calls = 0;
  let settled = 0;
  const answered = new Set<number>();
  const undo: (() => void)[] = [];
  const forAWhile = (add: () => () => void): void => {
    undo.push(add());
  };

  const steps: readonly (() => void | Promise<void>)[] = [
    () => home.setState(pick(ENTITIES), pick(STATES)),
    () => home.setState(pick(ENTITIES), pick(STATES), { level: upTo(4) }),
    () => home.setState(pick(ENTITIES), home.state(pick(ENTITIES)) ?? 'on', { level: undefined, other: upTo(3) }),
    () => home.setState(`sensor.new_${upTo(3)}`, pick(STATES)),
    () => home.removeState(pick([...ENTITIES, 'sensor.new_0', 'sensor.new_1'])),
    () => {
      for (let change = 0; change < 50; change += 1) home.setState(pick(ENTITIES), pick(STATES));
    },
    () => home.fireEvent(pick(EVENT_TYPES), { number: (events += 1) }),
    () => {
      const type = pick(EVENT_TYPES);
      const present = wanted.get(type);
      present?.cancel();
      if (present !== undefined) wanted.delete(type);
      else {
        const hear = ({ data }: { data: Readonly<Record<string, unknown>> }): void =>
          void heard.set(Number(data['number']), (heard.get(Number(data['number'])) ?? 0) + 1);
        wanted.set(type, bus.onEvent(type, hear));
      }
    },
    () => {
      calls += 1;
      const number = calls;
      const options = { target: pick(['light.a', 'light.b']), data: { transition: number }, timeout: '20s' } as const;
      api.call(pick(['light.turn_on', 'light.turn_off']), { ...options, validate: false }).then(
        () => void (answered.add(number), (settled += 1)),
        () => void (settled += 1),
      );
    },
    // Faults.
    () => home.dropConnections(),
    () => forAWhile(() => home.add(unreachable())),
    () => {
      const dead = new Set(ledger.connections.keys());
      home.add({ name: 'dead', severs: (each) => dead.has(each) });
    },
    () => forAWhile(() => home.add(refuseAuth())),
    () => forAWhile(() => home.add(garble())),
    () => home.restart({ downMs: upTo(5000), startMs: upTo(20_000) }),
    () => {
      home.kill();
      home.start({ startMs: upTo(5000) });
    },
    () =>
      forAWhile(() =>
        home.add({
          name: 'late',
          command: (command, _connection, pass) => {
            const delayMs = upTo(3000);
            clock.after(delayMs, 'the simulated home takes its time', () => pass(command));
          },
        }),
      ),
    () => {
      let swallowed = false;
      forAWhile(() =>
        home.add({
          name: 'forgetful',
          command: (command, _connection, pass) => {
            if (!swallowed && command.type === 'subscribe_entities') swallowed = true;
            else pass(command);
          },
        }),
      );
    },
    () => [...ledger.connections.keys()].at(-1)?.push({ id: 1, type: 'a novelty', event: {} }),
    () => connection.retryNow(),
    // Time.
    () => clock.settle(),
    () => clock.advanceBy(upTo(500)),
    () => clock.advanceBy(upTo(30_000)),
    () => undo.splice(upTo(undo.length), 1)[0]?.(),
  ];
  const length = 5 + upTo(20);
  for (let step = 0; step < length; step += 1) await pick(steps)();

  // Peace.
  for (const each of undo.splice(0)) each();
  // A dead connection is noticed within twice the interval of pings, and only then is there another.
  await clock.advanceBy(25_000);
  const isPeace = (): boolean => hosted.ready && settled === calls;
  for (let wait = 0; wait < 100 && !isPeace(); wait += 1) {
    connection.retryNow();
    await clock.advanceBy(2000);
  }
  await clock.advanceBy(5000);

  expect(hosted.ready).toBe(true);
  const mirrored = [...hosted.mirror.entityIds()].map((id) => [id, valueOf(hosted.mirror.get(id))]);
  const real = [...home.states.all()].map((record) => {
    const attributes = Object.entries(record.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [record.entityId, JSON.stringify([record.state, attributes])];
  });
  expect(Object.fromEntries(mirrored)).toEqual(Object.fromEntries(real));
  expect(faults).toEqual([]);
  expect(Object.fromEntries(known)).toEqual(Object.fromEntries(real));
  expect(ledger.present()).toEqual([...baseline, ...wanted.keys()].toSorted());
  expect([...heard.values()].every((times) => times === 1)).toBe(true);
  const carriedOut = home.calls.map(({ data }) => Number(data['transition']));
  expect(new Set(carriedOut).size).toBe(carriedOut.length);
  expect([...answered].filter((number) => !carriedOut.includes(number))).toEqual([]);
  expect(settled).toBe(calls);
  expect(home.connectionCount).toBe(1);

  await daemon[Symbol.asyncDispose]();
  expect(home.connectionCount).toBe(0);
  expect(clock.timers().filter(({ label }) => !label.includes('the simulated home'))).toEqual([]);
  expect([hosted.states.count, hosted.events.count, hosted.lifecycle.count]).toEqual([0, 0, 0]);
}

describe('whatever happens between a home and the daemon', () => {
  const batches = Array.from({ length: Math.ceil(COUNT / BATCH) }, (_, index) => FROM + index * BATCH);

  it.each(batches)('all is well afterwards, for seeds from %i on', { timeout: 60_000 }, async (first) => {
    for (let seed = first; seed < Math.min(first + BATCH, FROM + COUNT); seed += 1) {
      try {
        await live(seed);
      } catch (error) {
        throw new Error(`The history of seed ${seed} ends badly (HISTORIES_FROM=${seed} HISTORIES=1 shows it again)`, {
          cause: error,
        });
      }
    }
  });
});

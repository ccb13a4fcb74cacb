import { describe, expect, it } from 'vitest';
import type { StateChangeEvent } from 'hassette';
import { delay, refuse, unreachable } from '../../src/simulator/faults.ts';
import { inWords as causeInWords, makeHouse, startDaemon } from './provenance/trail-fixture.ts';

const HISTORY = 'history/history_during_period';

/** An event in words: `light.a off→on backfill`. */
function inWords({ entityId, kind, from, to, resync, backfill, stale }: StateChangeEvent): string {
  const how = [kind === 'changed' ? '' : kind, backfill ? 'backfill' : resync ? 'resync' : '', stale ? 'stale' : ''];
  return [`${entityId} ${from?.state ?? '∅'}→${to?.state ?? '∅'}`, ...how].filter((word) => word !== '').join(' ');
}

async function setUp(states: Readonly<Record<string, string>> = {}) {
  const house = makeHouse(states);
  await house.advance('1m');
  const daemon = await startDaemon(house);
  const app = daemon.app('hall');
  const told: string[] = [];
  const events: StateChangeEvent[] = [];
  const asked: unknown[] = [];
  house.home.add({
    name: 'ear',
    command: (command, _connection, pass) => {
      if (command.type === HISTORY) asked.push(command['entity_ids']);
      pass(command);
    },
  });
  let restore: () => void = () => undefined;
  return {
    ...house,
    daemon,
    bus: app.bus,
    told,
    events,
    asked,
    hear: (event: StateChangeEvent) => {
      told.push(inWords(event));
      events.push(event);
    },
    async lose() {
      restore = house.home.add(unreachable());
      house.home.dropConnections();
      await house.clock.settle();
    },
    async back() {
      restore();
      daemon.connection.retryNow();
      await house.clock.settle();
    },
    /** Each state, a second after the one before. */
    async becomes(entityId: string, ...values: readonly string[]) {
      for (const value of values) {
        await house.advance('1s');
        await house.device(entityId, value);
      }
    },
    warnings: () => daemon.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

describe('a subscription with backfill', () => {
  it('is told each step that it missed, in order, before what it has come to', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { backfill: true }, t.hear);
    await t.lose();
    await t.becomes('light.a', 'on', 'off', 'on');
    await t.back();
    await t.becomes('light.a', 'off');
    expect(t.told).toEqual([
      'light.a off→on backfill',
      'light.a on→off backfill',
      'light.a off→on resync',
      'light.a on→off',
    ]);
    const moments = t.events.map(({ firedAt }) => firedAt.epochMilliseconds);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(t.events[0]?.to?.lastChanged).toEqual(t.events[0]?.firedAt);
  });

  it('leaves others with what it has come to, and asks once for all who want it', async () => {
    await using t = await setUp();
    const others: string[] = [];
    t.bus.onStateChange('light.a', (event) => void others.push(inWords(event)));
    t.bus.onStateChange('light.a', { backfill: true }, t.hear);
    t.bus.onStateChange(['light.b', 'switch.*'], { backfill: true }, t.hear);
    await t.lose();
    await t.becomes('light.a', 'on');
    await t.becomes('switch.a', 'on');
    await t.becomes('light.a', 'off', 'on');
    await t.becomes('switch.a', 'off');
    await t.back();
    expect(others).toEqual(['light.a off→on resync']);
    expect(t.told).toEqual([
      'light.a off→on backfill',
      'light.a on→off backfill',
      'light.a off→on resync',
      'switch.a off→on backfill',
      'switch.a on→off resync',
    ]);
    expect(t.asked).toEqual([['light.a', 'light.b', 'switch.a']]);
  });

  it('knows who made the last change, and not who made those before, of which the history does not say it', async () => {
    await using t = await setUp();
    const whose: string[] = [];
    const ofThings: unknown[] = [];
    t.bus.onStateChange('light.a', { backfill: true }, ({ cause }) => void whose.push(causeInWords(cause)));
    t.bus.onStateChange('light.a', { backfill: true, cause: 'device' }, (event) => void ofThings.push(event));
    await t.lose();
    for (const service of ['light.turn_on', 'light.turn_off', 'light.turn_on']) {
      await t.advance('1s');
      await t.call(service, { entity_id: ['light.a'] });
    }
    await t.back();
    expect(whose).toEqual(['unknown?', 'unknown?', 'user']);
    expect(ofThings).toEqual([]);
  });

  it('asks nothing at the start, nor where nobody wants it', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', t.hear);
    await t.lose();
    await t.becomes('light.a', 'on', 'off');
    await t.back();
    expect(t.told).toEqual([]);
    t.bus.onStateChange('light.b', { backfill: true }, t.hear);
    await t.becomes('light.b', 'on');
    expect(t.told).toEqual(['light.b off→on']);
    expect(t.asked).toEqual([]);
  });

  it('is told of what left and came back, which comparing does not show', async () => {
    await using t = await setUp({ 'binary_sensor.door': 'off' });
    t.bus.onStateChange('binary_sensor.door', { to: 'on', backfill: true }, t.hear);
    await t.lose();
    await t.becomes('binary_sensor.door', 'on', 'off', 'on', 'off');
    await t.back();
    expect(t.told).toEqual(['binary_sensor.door off→on backfill', 'binary_sensor.door off→on backfill']);
  });

  it('holds attributes against their condition step by step', async () => {
    await using t = await setUp();
    const seen: unknown[] = [];
    await t.device('sensor.a', '1', { load: 5 });
    t.bus.onAttributeChange('sensor.a', 'load', { backfill: true }, (event) => {
      seen.push([event.previous, event.value, event.backfill]);
    });
    await t.lose();
    for (const load of [10, 10, 20, 30]) {
      await t.advance('1s');
      await t.device('sensor.a', '1', { load });
    }
    await t.back();
    expect(seen).toEqual([
      [5, 10, true],
      [10, 20, true],
      [20, 30, false],
    ]);
  });

  it('takes attributes that the recorder leaves out to have stayed as they were', async () => {
    await using t = await setUp();
    const seen: unknown[] = [];
    t.home.add({
      name: 'a recorder that keeps no brightness',
      send: (text, _connection, pass) =>
        pass(
          text.includes('"result":{"light.a":[')
            ? text.replaceAll(/"brightness":\w+,?/g, '').replaceAll(',}', '}')
            : text,
        ),
    });
    await t.device('light.a', 'on', { brightness: 5 });
    t.bus.onAttributeChange('light.a', 'brightness', { backfill: true }, (event) => {
      seen.push([event.previous, event.value, event.backfill]);
    });
    t.bus.onStateChange('light.a', { backfill: true }, ({ to }) => void seen.push(to?.state));
    await t.lose();
    for (const [state, brightness] of [
      ['on', 10],
      ['off', null],
      ['on', 30],
    ] as const) {
      await t.advance('1s');
      await t.device('light.a', state, { brightness });
    }
    await t.back();
    expect(seen).toEqual([[5, 30, false], 'off', 'on']);
  });

  it('looks through unavailable, tells what came and went, and carries on with what comes meanwhile', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.*', { backfill: true }, t.hear);
    t.home.add(delay('3s', HISTORY));
    await t.lose();
    await t.becomes('light.a', 'on', 'unavailable', 'on', 'off', 'unavailable');
    await t.becomes('light.c', 'on', 'off');
    await t.back();
    await t.becomes('light.a', 'on');
    await t.becomes('light.c', 'on');
    expect(t.told).toEqual([]);
    await t.advance('2s');
    expect(t.told).toEqual([
      'light.a off→on backfill',
      'light.a on→off backfill',
      'light.c ∅→on added backfill',
      'light.c on→off resync',
      'light.a off→on',
      'light.c off→on',
    ]);
  });

  it('is told what was missed before a restart that left nothing to compare', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { backfill: true }, t.hear);
    await t.lose();
    await t.becomes('light.a', 'on', 'off');
    t.home.restart({ downMs: 1000, startMs: 1000 });
    await t.advance('5s');
    await t.back();
    await t.advance('10s');
    expect(t.told.filter((words) => words.endsWith('backfill'))).toEqual([
      'light.a off→on backfill',
      'light.a on→off backfill',
    ]);
    expect(t.told.filter((words) => words.endsWith('resync'))).toEqual([]);
  });
});

describe('holds with backfill', () => {
  it('count from when it was, fire where they were over before it left, and not where they were not', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { to: 'on', for: '5m', backfill: true }, t.hear);
    await t.lose();
    await t.becomes('light.a', 'on');
    await t.advance('6m');
    await t.becomes('light.a', 'off', 'on');
    await t.advance('2m');
    await t.becomes('light.a', 'off', 'on');
    await t.advance('1m');
    await t.back();
    expect(t.told).toEqual(['light.a off→on backfill']);
    expect(t.events[0]?.firedAt).toEqual(t.events[0]?.to?.lastChanged.add({ minutes: 5 }));
    await t.advance('3m');
    expect(t.told).toHaveLength(1);
    await t.advance('1m');
    expect(t.told.slice(1)).toEqual(['light.a off→on resync']);
  });

  it('end where it left meanwhile, though they would have been over by now', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { to: 'on', for: '5m', backfill: true }, t.hear);
    await t.becomes('light.a', 'on');
    await t.advance('1m');
    await t.lose();
    await t.becomes('light.a', 'off', 'on');
    await t.advance('3m');
    t.home.add(delay('2m', HISTORY));
    await t.back();
    await t.advance('30s');
    expect(t.told).toEqual([]);
    await t.advance('10m');
    expect(t.told).toHaveLength(1);
  });
});

describe('a history that cannot be had', () => {
  it('is told once, and what it has come to is told as without', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { backfill: true }, t.hear);
    t.home.add(refuse('unknown_command', HISTORY));
    for (const value of ['on', 'off']) {
      await t.lose();
      await t.becomes('light.a', 'on', 'off', value);
      await t.back();
    }
    expect(t.told).toEqual(['light.a off→on resync', 'light.a on→off resync']);
    expect(t.warnings().filter((msg) => msg.includes('from the history'))).toHaveLength(1);
  });

  it('is waited for as long as a recorder takes to write, then not', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { backfill: true }, t.hear);
    const blind = t.home.add({
      name: 'a recorder without this entity',
      command: (command, connection, pass) => {
        if (command.type === HISTORY) connection.result(command.id, {});
        else pass(command);
      },
    });
    await t.lose();
    await t.becomes('light.a', 'on', 'off', 'on');
    await t.back();
    expect(t.told).toEqual([]);
    await t.advance('7s');
    expect(t.told).toEqual(['light.a off→on resync']);
    // It is known now that there is nothing to wait for.
    await t.lose();
    await t.becomes('light.a', 'off');
    await t.back();
    expect(t.told).toEqual(['light.a off→on resync', 'light.a on→off resync']);
    blind();
  });

  it('is read in pages where it is long, and no longer than for half a minute', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { backfill: true }, t.hear);
    const day = async (): Promise<void> => {
      await t.becomes('light.a', 'on');
      await t.advance('12h');
      await t.becomes('light.a', 'off');
      await t.advance('12h');
    };
    await t.lose();
    await day();
    await day();
    await t.becomes('light.a', 'on');
    await t.back();
    expect(t.told).toEqual([
      ...['off→on', 'on→off', 'off→on', 'on→off'].map((step) => `light.a ${step} backfill`),
      'light.a off→on resync',
    ]);
    expect(t.asked.length).toBeGreaterThan(7);

    t.told.length = 0;
    t.home.add(delay('9s', HISTORY));
    await t.lose();
    await day();
    await day();
    await t.becomes('light.a', 'off', 'on');
    await t.back();
    await t.advance('40s');
    expect(t.warnings().filter((msg) => msg.includes('takes too long to read'))).toHaveLength(1);
    expect(t.told.at(-1)).toMatch(/→on resync$/);
    expect(t.told.length).toBeGreaterThan(1);
  });

  it('is asked for once more where the connection goes again meanwhile', async () => {
    await using t = await setUp();
    t.bus.onStateChange('light.a', { backfill: true }, t.hear);
    const slow = t.home.add(delay('5s', HISTORY));
    await t.lose();
    await t.becomes('light.a', 'on', 'off');
    await t.back();
    await t.advance('1s');
    await t.lose();
    slow();
    await t.becomes('light.a', 'on');
    await t.back();
    expect(t.told).toEqual(['light.a off→on backfill', 'light.a on→off backfill', 'light.a off→on resync']);
    expect(t.warnings().filter((msg) => msg.includes('from the history'))).toEqual([]);
  });
});

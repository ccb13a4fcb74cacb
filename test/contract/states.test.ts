import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  applyDifference,
  compressState,
  entitiesMessageOf,
  expandContext,
} from '../../src/home-assistant/protocol/compressed-state.ts';
import type {
  CallServiceResult,
  CompressedState,
  EntitiesMessage,
  StateChangedData,
  WireState,
} from '../../src/home-assistant/protocol/wire.ts';
import { RecordingSink } from '../home-assistant/recording-sink.ts';
import { Client } from './client.ts';
import { type ContractHome, LIGHT, openHome } from './homes.ts';

/** An entity of the suite's own, made by REST. */
const POSTED = 'sensor.contract_states';

let home: ContractHome;
let client: Client;
beforeAll(async () => {
  home = await openHome();
  client = await Client.ready(home);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await client.call('light.turn_off', { entity_id: LIGHT });
});

/** All that was told of an entity since a moment, as it came. */
function toldOf(entityId: string, since: number): EntitiesMessage[] {
  return client.sink.differences
    .slice(since)
    .flatMap((message) => [
      ...(message.a?.[entityId] === undefined ? [] : [{ a: { [entityId]: message.a[entityId] } }]),
      ...(message.c?.[entityId] === undefined ? [] : [{ c: { [entityId]: message.c[entityId] } }]),
      ...(message.r?.includes(entityId) === true ? [{ r: [entityId] }] : []),
    ]);
}

/** The same, with times to be met within microseconds: as text they are rounded to such, as numbers they are not. */
function dated(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    (key === 'lc' || key === 'lu') && typeof inner === 'number' ? expect.closeTo(inner, 5) : inner,
  );
}

describe('the snapshot', () => {
  it('says what get_states says', async () => {
    await using fresh = await Client.ready(home);
    const states = (await fresh.connection.command({ type: 'get_states' }, { timeoutMs: 30_000 })) as WireState[];
    const steady = states.filter(({ entity_id: id }) => id === LIGHT || id.startsWith('input_'));
    expect(steady.length).toBeGreaterThan(1);
    for (const state of steady) {
      expect(fresh.sink.snapshots[0]?.entities[state.entity_id]).toEqual(dated(compressState(state)));
    }
  });

  it('is told on its own to who comes later', async () => {
    const late = new RecordingSink();
    const detach = client.connection.attach(late);
    await late.until(() => late.phases.at(-1) === 'ready');
    detach();
    expect(late.told).toEqual(['syncing', 'snapshot', 'ready']);
    expect(Object.keys(late.snapshots[0]?.entities ?? {})).toContain(LIGHT);
  });
});

describe('differences', () => {
  it('come before the result of the call that caused them, with its context', async () => {
    const since = client.sink.differences.length;
    const { context } = (await client.call('light.turn_on', { entity_id: LIGHT, brightness: 50 })) as CallServiceResult;
    const [told] = toldOf(LIGHT, since);
    const plus = told?.c?.[LIGHT]?.['+'];
    expect(plus).toMatchObject({ s: 'on', a: { brightness: 50 } });
    expect(typeof plus?.c === 'string' ? plus.c : plus?.c?.id).toBe(context.id);
  });

  it('tell an entity from its first state to its end', async () => {
    const since = client.sink.differences.length;
    await client.rest('POST', `/api/states/${POSTED}`, { state: '1', attributes: { a: 1, b: { c: [1] }, gone: true } });
    await client.rest('POST', `/api/states/${POSTED}`, { state: '2', attributes: { a: 1, b: { c: [1] }, gone: true } });
    await client.rest('POST', `/api/states/${POSTED}`, { state: '2', attributes: { a: 2, b: { c: [1] } } });
    await client.rest('POST', `/api/states/${POSTED}`, { state: '2', attributes: { a: 2, b: { c: [1] } } });
    await client.rest('POST', `/api/states/${POSTED}`, {
      state: '2',
      attributes: { a: 2, b: { c: [1] } },
      force_update: true,
    });
    await client.rest('DELETE', `/api/states/${POSTED}`);
    await client.sink.until(() => toldOf(POSTED, since).some(({ r }) => r !== undefined));
    expect(toldOf(POSTED, since)).toEqual([
      {
        a: {
          [POSTED]: { s: '1', a: { a: 1, b: { c: [1] }, gone: true }, c: expect.anything(), lc: expect.any(Number) },
        },
      },
      { c: { [POSTED]: { '+': { s: '2', lc: expect.any(Number), c: expect.any(String) } } } },
      {
        c: { [POSTED]: { '+': { lu: expect.any(Number), c: expect.any(String), a: { a: 2 } }, '-': { a: ['gone'] } } },
      },
      { c: { [POSTED]: { '+': { lc: expect.any(Number), c: expect.any(String) } } } },
      { r: [POSTED] },
    ]);
  });

  it('are what older servers tell as events', async () => {
    const unfollow = client.connection.followEvents('state_changed');
    const since = client.sink.differences.length;
    const events = (): StateChangedData[] =>
      client.sink.events
        .filter((event) => event.event_type === 'state_changed' && event.data['entity_id'] === POSTED)
        .map((event) => event.data as unknown as StateChangedData);
    await client.rest('POST', `/api/states/${POSTED}`, {
      state: 'a',
      attributes: { n: 1, gone: null, deep: { x: [1, 2] } },
    });
    await client.rest('POST', `/api/states/${POSTED}`, { state: 'b', attributes: { n: 1.5, deep: { x: [1, 2] } } });
    await client.rest('POST', `/api/states/${POSTED}`, { state: 'b', attributes: { n: 1.5, deep: { x: [2, 1] } } });
    await client.rest('DELETE', `/api/states/${POSTED}`);
    await client.sink.until(() => events().length === 4 && toldOf(POSTED, since).length === 4);
    unfollow();
    expect(toldOf(POSTED, since)).toEqual(dated(events().map(entitiesMessageOf)));
  });

  it('lead, one after the other, to what get_states says', async () => {
    let state: CompressedState | undefined;
    await using fresh = await Client.ready(home);
    state = fresh.sink.snapshots[0]?.entities[LIGHT];
    await fresh.call('light.turn_on', { entity_id: LIGHT, brightness: 50 });
    await fresh.call('light.turn_on', { entity_id: LIGHT, rgb_color: [255, 0, 0] });
    await fresh.call('light.turn_off', { entity_id: LIGHT });
    for (const { c } of fresh.sink.differences) {
      const difference = c?.[LIGHT];
      if (state !== undefined && difference !== undefined) state = applyDifference(state, difference);
    }
    const states = (await fresh.connection.command({ type: 'get_states' }, { timeoutMs: 30_000 })) as WireState[];
    const expected = states.find(({ entity_id: id }) => id === LIGHT);
    expect(expected).toBeDefined();
    if (expected === undefined || state === undefined) return;
    const wanted = compressState(expected);
    expect({ ...state, c: expandContext(state.c) }).toEqual(dated({ ...wanted, c: expandContext(wanted.c) }));
  });
});

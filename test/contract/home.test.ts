import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StateTransition } from '../../src/home-assistant/states/state-mirror.ts';
import { type OpenApi, openApi } from './api-client.ts';
import { hasMortalHome, LIGHT, type MortalHome, openMortalHome, MORTAL_LIMIT_MS } from './homes.ts';

describe.runIf(hasMortalHome)('a home that is restarted', { timeout: MORTAL_LIMIT_MS }, () => {
  let contract: MortalHome;
  let t: OpenApi;
  beforeAll(async () => {
    contract = await openMortalHome();
    t = await openApi(contract);
  }, MORTAL_LIMIT_MS);
  afterAll(async () => {
    await t[Symbol.asyncDispose]();
    await contract[Symbol.asyncDispose]();
  }, MORTAL_LIMIT_MS);

  /** States with their attributes, by entity. */
  const known = (): Map<string, string> =>
    new Map(
      Array.from(t.home.mirror.entityIds(), (entityId): [string, string] => {
        const { state, attributes = {} } = t.home.mirror.get(entityId) ?? {};
        return [
          entityId,
          JSON.stringify([state, Object.entries(attributes).toSorted(([a], [b]) => a.localeCompare(b))]),
        ];
      }),
    );

  it('is one quiet event: only what has another value is told', async () => {
    await t.api.call('light.turn_on', { target: LIGHT });
    const told: StateTransition[] = [];
    const lifecycle: string[] = [];
    t.home.states.subscribe('*', (transition) => told.push(transition));
    t.home.lifecycle.subscribe('*', ({ kind }) => lifecycle.push(kind));
    const before = known();

    const back = Promise.withResolvers<void>();
    t.home.lifecycle.subscribe('home-assistant-start', () => back.resolve());
    await contract.kill();
    expect(known()).toEqual(before);
    await contract.start();
    await back.promise;

    expect(lifecycle).toEqual(['disconnected', 'connected', 'home-assistant-start']);
    const missed = told.filter(({ resync }) => resync);
    expect(missed.every(({ restarted }) => restarted)).toBe(true);
    expect(missed.length).toBeLessThan(before.size / 4);
    // What came after the snapshot was told as it came.
    const later = new Set(told.flatMap(({ resync, entityId }) => (resync ? [] : [entityId])));
    const other = [...new Set([...before.keys(), ...known().keys()])].filter(
      (entityId) => !later.has(entityId) && before.get(entityId) !== known().get(entityId),
    );
    const toldOnce = missed.map(({ entityId }) => entityId).filter((entityId) => !later.has(entityId));
    expect(toldOnce.toSorted()).toEqual(other.toSorted());
    await t.api.call('light.turn_off', { target: LIGHT });
    expect(t.home.mirror.stateOf(LIGHT)).toBe('off');
  });
});

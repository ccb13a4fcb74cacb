import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { above } from '../../src/bus/conditions.ts';
import type { EntityState } from '../../src/home-assistant/states/entity-state.ts';
import { openApi, type OpenApi } from './api-client.ts';
import { openBus } from './bus-client.ts';
import { hasMortalHome, MORTAL_LIMIT_MS, openHome, openMortalHome, type ContractHome } from './homes.ts';

/** Long enough for what happens within it on a busy machine. */
const HOLD_MS = 3000;
const HOLD = { milliseconds: HOLD_MS };

let home: ContractHome;
let t: OpenApi;
let count = 0;
beforeAll(async () => {
  home = await openHome();
  t = await openApi(home);
});
afterAll(async () => {
  await t[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

/** An entity of the test's own, which is gone at its end. */
async function posted(given: OpenApi, state: string) {
  count += 1;
  const id = `sensor.contract_held_${count}` as const;
  const path = `/api/states/${id}`;
  const set = async (to: string, more: object = {}): Promise<void> => {
    await given.api.rest(path, { method: 'POST', body: { state: to, attributes: {}, ...more } });
  };
  const remove = async (): Promise<void> => void (await given.api.rest(path, { method: 'DELETE' }));
  await set(state);
  await expect.poll(() => given.home.mirror.has(id)).toBe(true);
  return { id, set, remove, [Symbol.asyncDispose]: () => remove().catch(() => undefined) };
}

/** What is looked at of any change. */
interface Told {
  readonly from: Pick<EntityState, 'state'> | null;
  readonly to: Pick<EntityState, 'state' | 'lastChanged'> | null;
  readonly stale: boolean;
  readonly firedAt: Temporal.Instant;
}

const shown = ({ from, to, stale }: Told): string =>
  `${from?.state ?? '∅'}→${to?.state ?? '∅'}${stale ? ' stale' : ''}`;

/** How long after the change that it counts from a hold has fired, on the clock of the home. */
const lasted = ({ firedAt, to }: Told): number =>
  firedAt.epochMilliseconds - (to?.lastChanged.epochMilliseconds ?? NaN);

describe('availability', () => {
  it('is looked through, unless it is named', async () => {
    await using s = await openBus(t);
    await using entity = await posted(t, 'on');
    const told: string[] = [];
    const named: string[] = [];
    s.bus.onStateChange(entity.id, (event) => void told.push(shown(event)));
    s.bus.onUnavailable(entity.id, (event) => void named.push(shown(event)));
    for (const state of ['unavailable', 'on', 'unknown', 'unavailable', 'off']) await entity.set(state);
    await entity.set('off', { attributes: { battery: 20 } });
    await entity.set('off', { force_update: true });
    await entity.remove();
    await entity.set('unknown');
    await entity.set('on');
    await expect.poll(() => told).toEqual(['on→off', 'off→∅', '∅→on']);
    expect(named.slice(0, 2)).toEqual(['on→unavailable', 'on→unknown']);
  });
});

describe('a hold', () => {
  it('goes on through further readings, updates and a return from unavailable, and counts from the first', async () => {
    await using s = await openBus(t);
    await using entity = await posted(t, '10');
    const fired: Told[] = [];
    s.bus.onStateChange(entity.id, { to: above(20), for: HOLD }, (event) => void fired.push(event));
    await entity.set('25');
    await expect.poll(() => t.home.mirror.get(entity.id)?.state).toBe('25');
    const firstMs = t.home.mirror.get(entity.id)?.lastChanged.epochMilliseconds ?? NaN;
    await entity.set('25', { attributes: { battery: 20 } });
    await entity.set('25', { force_update: true });
    await entity.set('unavailable');
    await entity.set('26');
    await expect.poll(() => fired.map(shown)).toEqual(['10→26']);
    expect(fired[0]?.firedAt.epochMilliseconds).toBe(firstMs + HOLD_MS);
  });

  it('ends with its state, and begins anew with it', async () => {
    await using s = await openBus(t);
    await using entity = await posted(t, 'on');
    const fired: Told[] = [];
    s.bus.onStateChange(entity.id, { to: 'off', for: HOLD }, (event) => void fired.push(event));
    for (const state of ['off', 'on', 'off']) await entity.set(state);
    await expect.poll(() => fired.map(shown)).toEqual(['on→off']);
    expect(fired.map(lasted)).toEqual([HOLD_MS]);
  });

  it('is due on time while its entity is unavailable', async () => {
    await using s = await openBus(t);
    await using entity = await posted(t, 'on');
    const fired: Told[] = [];
    s.bus.onStateChange(entity.id, { to: 'off', for: HOLD }, (event) => void fired.push(event));
    await entity.set('off');
    await entity.set('unavailable');
    await expect.poll(() => fired.map(shown)).toEqual(['on→off stale']);
    expect(fired.map(lasted)).toEqual([HOLD_MS]);
  });

  it.runIf(hasMortalHome)(
    'is due on time while the home is away',
    async () => {
      await using mortal = await openMortalHome();
      await using own = await openApi(mortal);
      await using s = await openBus(own);
      await using entity = await posted(own, 'on');
      const fired: Told[] = [];
      s.bus.onStateChange(entity.id, { to: 'off', for: HOLD }, (event) => void fired.push(event));
      await entity.set('off');
      await mortal.kill();
      await expect.poll(() => fired.map(shown)).toEqual(['on→off stale']);
      expect(fired.map(lasted)).toEqual([HOLD_MS]);
      await mortal.start();
    },
    MORTAL_LIMIT_MS,
  );
});

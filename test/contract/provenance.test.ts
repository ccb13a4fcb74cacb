import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StateTransition } from '../../src/home-assistant/states/state-mirror.ts';
import type { Command } from '../../src/home-assistant/protocol/wire.ts';
import { type OpenApi, openApi, openApiHome } from './api-client.ts';
import { TemporaryFolder } from '../apps/temporary-folder.ts';
import { openKeepingCalls } from './kept-calls.ts';
import { type ContractHome, hasUserToken, LIGHT, onRealHome, OTHER_LIGHT } from './homes.ts';

let contract: ContractHome;
let t: OpenApi;
beforeAll(async () => {
  contract = await openApiHome();
  t = await openApi(contract);
});
afterAll(async () => {
  await t.api.call('light.turn_off', { target: LIGHT });
  await t.api.call('light.turn_on', { target: OTHER_LIGHT });
  await t[Symbol.asyncDispose]();
  await contract[Symbol.asyncDispose]();
});

/** Who is said to have caused the next change of an entity, at the moment in which it is told. */
function nextCause({ home }: OpenApi, entityId: string, app = 'contract'): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const remove = home.states.subscribe(entityId, ({ from, to, resync, restarted }: StateTransition) => {
    remove();
    const writes = home.provenance.writesOn(entityId);
    const { kind, certain } = home.provenance.causeOf({ entityId, from, to, writes, seen: !resync, restarted }, app);
    resolve(`${kind}${certain ? '' : '?'}`);
  });
  return promise;
}

/** Brings the light to where the next call changes something, and waits until others have been told so, too. */
async function lightIs(state: 'on' | 'off', ...others: readonly OpenApi[]): Promise<void> {
  await t.api.call(`light.turn_${state}`, { target: LIGHT });
  for (const { home } of others) {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (home.mirror.stateOf(LIGHT) === state) resolve();
      };
      home.states.subscribe(LIGHT, look);
      look();
    });
  }
}

const call = (service: string, fields: Readonly<Record<string, unknown>>): Command => ({
  type: 'call_service',
  domain: 'light',
  service,
  ...fields,
});

describe('the context of a call', () => {
  it.each<[string, Command]>([
    ['a target', call('turn_on', { target: { entity_id: LIGHT } })],
    ['a list of targets', call('turn_on', { target: { entity_id: [LIGHT, OTHER_LIGHT] } })],
    ['a target in the data', call('turn_on', { service_data: { entity_id: LIGHT, brightness: 77 } })],
    ['both', call('turn_on', { service_data: { brightness: 78, flash: 'short' }, target: { entity_id: [LIGHT] } })],
    ['ids in one text', call('turn_on', { service_data: { entity_id: `${LIGHT}, ${OTHER_LIGHT}` } })],
    [
      'data in another order',
      call('turn_on', { target: { entity_id: LIGHT }, service_data: { rgb_color: [9, 8, 7], brightness: 50 } }),
    ],
    ['a fraction', call('turn_on', { service_data: { brightness_pct: 33.5 }, target: { entity_id: LIGHT } })],
    ['capitals', { ...call('TURN_ON', { target: { entity_id: LIGHT } }), domain: 'LIGHT' }],
  ])('is known before its first change, with %s', async (_how, command) => {
    await lightIs('off');
    const cause = nextCause(t, LIGHT);
    await t.home.link.command(command, { timeoutMs: 10_000, app: 'contract' });
    expect(await cause).toBe('self');
  });

  it("is another app's for another app", async () => {
    await lightIs('off');
    const cause = nextCause(t, LIGHT, 'another');
    await t.api.call('light.turn_on', { target: LIGHT });
    expect(await cause).toBe('app');
  });

  it('is unknown where the same user calls on another connection, which may be a person', async () => {
    await using other = await openApi(contract);
    await lightIs('off');
    const cause = nextCause(t, LIGHT);
    await other.api.call('light.turn_on', { target: LIGHT });
    expect(await cause).toBe('unknown?');
  });

  it('is told apart for the same calls on two connections at once', async () => {
    await using other = await openApi(contract);
    const calls = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? t : other));
    await Promise.all(calls.map(({ api }) => api.call('light.toggle', { target: LIGHT })));
    const { context } = t.home.mirror.get(LIGHT) ?? {};
    const own = t.home.provenance.callOf(context?.id ?? '');
    const others = other.home.provenance.callOf(context?.id ?? '');
    expect([own, others].filter((known) => known !== undefined)).toHaveLength(1);
  });
});

describe.runIf(hasUserToken)('a person', () => {
  it('is a person', async () => {
    await using person = await openApi(contract, contract.userToken);
    await lightIs('off');
    const cause = nextCause(t, LIGHT);
    await person.api.call('light.turn_on', { target: LIGHT });
    expect(await cause).toBe('user');
  });

  it('has overridden what an app had set', async () => {
    await using person = await openApi(contract, contract.userToken);
    await lightIs('on');
    expect(t.home.overrides.of(LIGHT, 'contract')).toBeNull();
    await Promise.all([nextCause(t, LIGHT), person.api.call('light.turn_off', { target: LIGHT })]);
    expect(t.home.overrides.of(LIGHT, 'contract')).toMatchObject({
      by: { kind: 'user' },
      change: { to: { state: 'off' } },
    });
    await lightIs('on');
    expect(t.home.overrides.of(LIGHT, 'contract')).toBeNull();
  });

  it('who is no administrator is not told of calls, so that the caller is concluded', async () => {
    await using user = await openApi(contract, contract.userToken);
    await lightIs('off', user);
    const cause = nextCause(user, LIGHT);
    await user.api.call('light.turn_on', { target: LIGHT });
    expect(await cause).toBe('self?');
    const { context } = user.home.mirror.get(LIGHT) ?? {};
    expect(user.home.provenance.callOf(context?.id ?? '')).toMatchObject({ app: 'contract' });
  });
});

describe('after a restart of the daemon', () => {
  it('what it had called before is its own, and what it has called is not overridden', async () => {
    using folder = new TemporaryFolder();
    await lightIs('off');
    {
      await using before = await openKeepingCalls(contract, folder.path);
      await before.api.call('light.turn_on', { target: LIGHT });
    }
    await using after = await openKeepingCalls(contract, folder.path);
    const { state, context } = after.home.mirror.get(LIGHT) ?? {};
    expect(state).toBe('on');
    expect(after.home.provenance.callOf(context?.id ?? '')).toMatchObject({
      app: 'contract',
      service: 'light.turn_on',
    });
    expect(after.home.overrides.of(LIGHT, 'contract')).toBeNull();
  });

  it.runIf(hasUserToken)('what a person did meanwhile has overridden it', async () => {
    using folder = new TemporaryFolder();
    await lightIs('off');
    {
      await using before = await openKeepingCalls(contract, folder.path);
      await before.api.call('light.turn_on', { target: LIGHT });
    }
    await using person = await openApi(contract, contract.userToken);
    await person.api.call('light.turn_off', { target: LIGHT });
    await using after = await openKeepingCalls(contract, folder.path);
    expect(after.home.overrides.of(LIGHT, 'contract')).toMatchObject({ by: { kind: 'user' } });
    await lightIs('off');
  });

  it.runIf(onRealHome)('a change that a script makes only then is of the call before', async () => {
    using folder = new TemporaryFolder();
    {
      await using before = await openKeepingCalls(contract, folder.path);
      await before.api.call('script.turn_on', { target: 'script.slow' });
    }
    await using after = await openKeepingCalls(contract, folder.path);
    expect(await nextCause(after, 'counter.visits')).toBe('self');
  });
});

describe.runIf(onRealHome)('of a real home', () => {
  it('an automation is an automation', async () => {
    await t.api.call('input_boolean.turn_off', { target: 'input_boolean.guest_mode' });
    const cause = nextCause(t, 'input_boolean.guest_mode');
    await t.api.fireEvent('contract_event', { from: 'contract' });
    expect(await cause).toBe('automation');
  });

  it('what a script does that an app has called is its own, also long after', async () => {
    const cause = nextCause(t, 'counter.visits');
    await t.api.call('script.turn_on', { target: 'script.slow' });
    expect(await cause).toBe('self');
  });

  it('what follows from a call by a template is its own', async () => {
    await t.api.call('input_boolean.turn_off', { target: 'input_boolean.guest_mode' });
    const cause = nextCause(t, 'binary_sensor.contract_guest');
    await t.api.call('input_boolean.turn_on', { target: 'input_boolean.guest_mode' });
    expect(await cause).toBe('self');
  });
});

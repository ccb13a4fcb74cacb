import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WireEvent } from '../../src/home-assistant/protocol/wire.ts';
import { NUMBER, type OpenApi, openApi, openApiHome, SELECT } from './api-client.ts';
import { type ContractHome, hasUserToken, LIGHT, onRealHome, OTHER_LIGHT } from './homes.ts';

/** An entity of the suite's own. */
const POSTED = 'sensor.contract_api';

let contract: ContractHome;
let t: OpenApi;
beforeAll(async () => {
  contract = await openApiHome();
  t = await openApi(contract);
});
afterAll(async () => {
  await t[Symbol.asyncDispose]();
  await contract[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await t.api.call('light.turn_off', { target: LIGHT });
});

describe('api.call', () => {
  it('has done it when it returns, and the mirror shows it', async () => {
    await t.api.call('light.turn_on', { target: LIGHT, data: { brightness: 99 } });
    expect(t.home.mirror.get(LIGHT)).toMatchObject({ state: 'on', attributes: { brightness: 99 } });
    await t.api.call('light.turn_off', { target: [LIGHT, OTHER_LIGHT] });
    expect(t.home.mirror.stateOf(LIGHT)).toBe('off');
    expect(t.home.mirror.stateOf(OTHER_LIGHT)).toBe('off');
    await t.api.call('light.turn_on', { target: OTHER_LIGHT });
  });

  it('gives a response', async () => {
    const response = await t.api.call('script.answer', { data: { question: 'why?' }, returnResponse: true });
    expect(response).toEqual({ answer: 42, question: 'why?' });
  });

  it.skipIf(!onRealHome)('gives the response of each entity', async () => {
    const target = 'weather.demo_weather_south';
    const forecasts = await t.api.call('weather.get_forecasts', {
      target,
      data: { type: 'daily' },
      returnResponse: true,
    });
    expect(forecasts[target].forecast.length).toBeGreaterThan(2);
    expect(forecasts[target].forecast[0]?.temperature).toBeTypeOf('number');
  });

  it('lets a script do without a field that its description requires', async () => {
    const before = t.warnings.length;
    await t.api.call('script.answer');
    expect(t.warnings.slice(before)).toEqual([expect.stringContaining('script.answer needs `question`')]);
  });

  it.each([
    ['an unknown service', 'light.no_such', LIGHT, {}, 'SERVICE_NOT_FOUND', 'not_found'],
    ['a value of the wrong type', 'light.turn_on', LIGHT, { brightness: 'very' }, 'COMMAND_REFUSED', 'invalid_format'],
    [
      'fields that exclude each other',
      'light.turn_on',
      LIGHT,
      { brightness: 1, brightness_pct: 2 },
      'COMMAND_REFUSED',
      'invalid_format',
    ],
    ['an unknown field', 'light.turn_off', LIGHT, { no_such_field: 1 }, 'COMMAND_REFUSED', 'invalid_format'],
    ['a missing field', 'input_number.set_value', NUMBER, {}, 'COMMAND_REFUSED', 'invalid_format'],
    ['a number out of range', 'input_number.set_value', NUMBER, { value: 5000 }, 'COMMAND_REFUSED', 'invalid_format'],
    [
      'an unknown option',
      'input_select.select_option',
      SELECT,
      { option: 'party' },
      'COMMAND_REFUSED',
      'service_validation_error',
    ],
  ])('tells what Home Assistant says to %s', async (_, service: string, target, data, code, homeCode) => {
    await expect(t.api.call(service, { target, data, validate: false })).rejects.toMatchObject({
      code,
      homeCode,
      homeMessage: expect.any(String),
    });
  });

  it('tells of a response that there is none of, or that was not asked for', async () => {
    const service: string = 'light.turn_on';
    const asked = t.api.call(service, { target: LIGHT, returnResponse: true, validate: false });
    await expect(asked).rejects.toMatchObject({ homeCode: 'service_validation_error' });
  });

  it('goes on after a script that fails: Home Assistant says nothing of it', async () => {
    if (onRealHome) await expect(t.api.call('script.failing')).resolves.toBeUndefined();
  });

  it.skipIf(!hasUserToken)('tells what a user may not do', async () => {
    await using user = await openApi(contract, contract.userToken);
    await user.api.call('light.turn_on', { target: LIGHT });
    await expect(user.api.call('homeassistant.restart')).rejects.toMatchObject({ homeMessage: expect.any(String) });
    await expect(user.api.fireEvent('contract_api')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    await expect(user.api.states.set(POSTED, 1)).rejects.toMatchObject({ code: 'REST_REFUSED', status: 401 });
    expect(user.home.checkable).toBe(true);
  });
});

describe('api.states', () => {
  it('asks the home', async () => {
    const light = await t.api.states.get(LIGHT);
    expect(light?.state).toBe('off');
    // REST tells it as text and the WebSocket as a double; the two may be a microsecond apart.
    const mirrored = t.home.mirror.get(LIGHT)?.lastChanged;
    const apart = Number((light?.lastChanged.epochNanoseconds ?? 0n) - (mirrored?.epochNanoseconds ?? -1n));
    expect(Math.abs(apart)).toBeLessThanOrEqual(1000);
    await expect(t.api.states.get('light.no_such')).resolves.toBeUndefined();
    const all = await t.api.states.getAll();
    expect(all.map(({ entityId }) => entityId)).toContain(OTHER_LIGHT);
    expect(all).toHaveLength(t.home.mirror.size);
  });

  it('writes a state down, and removes it', async () => {
    const written = await t.api.states.set(POSTED, 21.5, { attributes: { unit_of_measurement: 'W' } });
    expect(written).toMatchObject({ entityId: POSTED, state: '21.5', number: 21.5 });
    await expect(t.api.states.get(POSTED)).resolves.toMatchObject({ attributes: { unit_of_measurement: 'W' } });
    await expect(t.api.states.remove(POSTED)).resolves.toBe(true);
    await expect(t.api.states.remove(POSTED)).resolves.toBe(false);
    await expect(t.api.states.get(POSTED)).resolves.toBeUndefined();
  });

  it('counts the same state as a change where that is asked for', async () => {
    const first = await t.api.states.set(POSTED, 'a');
    const same = await t.api.states.set(POSTED, 'a');
    const forced = await t.api.states.set(POSTED, 'a', { forceUpdate: true });
    await t.api.states.remove(POSTED);
    expect(same?.lastChanged.epochNanoseconds).toBe(first?.lastChanged.epochNanoseconds);
    expect(forced?.lastChanged.epochNanoseconds).toBeGreaterThan(first?.lastChanged.epochNanoseconds ?? 0n);
  });

  it.each([
    ['an id that is none', 'no_domain', '1'],
    ['a state that is too long', POSTED, 'x'.repeat(256)],
  ])('tells what Home Assistant says to %s', async (_, entityId, state) => {
    await expect(t.api.states.set(entityId, state)).rejects.toMatchObject({
      code: 'REST_REFUSED',
      status: 400,
      homeMessage: expect.any(String),
    });
  });
});

describe('the rest of the api', () => {
  it('fires events that come back', async () => {
    const heard = Promise.withResolvers<WireEvent>();
    const unfollow = t.home.link.followEvents('contract_api');
    const remove = t.home.events.subscribe('contract_api', (event) => heard.resolve(event));
    await t.api.fireEvent('contract_api', { a: 1, deep: { b: [2] } });
    const { data } = await heard.promise;
    remove();
    unfollow();
    expect(data).toEqual({ a: 1, deep: { b: [2] } });
  });

  it('knows the configuration', async () => {
    const config = await t.api.config();
    expect(config.time_zone).toBe(t.home.timeZone);
    expect(config.state).toBe('RUNNING');
  });

  it('has open doors', async () => {
    await expect(t.api.rest('/api/')).resolves.toEqual({ message: 'API running.' });
    await expect(t.api.rest('/api/no_such')).rejects.toMatchObject({ code: 'REST_REFUSED', status: 404 });
    await expect(t.api.websocket({ type: 'get_states' })).resolves.toBeInstanceOf(Array);
    await expect(t.api.websocket({ type: 'no_such_command' })).rejects.toMatchObject({ homeCode: 'unknown_command' });
  });

  describe('renders templates', () => {
    it('to text', async () => {
      await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 21 } });
      await expect(t.api.renderTemplate("{{ states('input_number.target_level') | float * 2 }}")).resolves.toBe('42.0');
      await expect(t.api.renderTemplate('{{ x }}{{ missing }}', { variables: { x: 5 } })).resolves.toBe('5');
    });

    it.each(['{{ states( }}', '{{ 1 / 0 }}', '{{ 1 | no_such_filter }}'])(
      'or tells what is wrong with %s',
      async (template) => {
        await expect(t.api.renderTemplate(template)).rejects.toMatchObject({ code: 'REST_REFUSED', status: 400 });
      },
    );

    it.skipIf(!hasUserToken)('for administrators', async () => {
      await using user = await openApi(contract, contract.userToken);
      await expect(user.api.renderTemplate('1')).rejects.toMatchObject({ code: 'REST_REFUSED', status: 401 });
    });
  });

  it.skipIf(!onRealHome)('follows services that are registered anew', async () => {
    await t.api.call('script.reload');
    await expect(t.api.call('script.answer', { data: { question: 'a' }, returnResponse: true })).resolves.toMatchObject(
      {
        answer: 42,
      },
    );
    await t.home.services.refresh();
    expect(t.home.services.get('script.answer')).toMatchObject({ response: 'optional' });
  });
});

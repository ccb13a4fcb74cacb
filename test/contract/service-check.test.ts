import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domainOf } from '../../src/home-assistant/states/entity-state.ts';
import { CommandRefused } from '../../src/home-assistant/home-errors.ts';
import type { KnownService } from '../../src/home-assistant/calls/known-service.ts';
import { callService } from '../../src/home-assistant/protocol/commands.ts';
import type { CallServiceResult, ServiceField } from '../../src/home-assistant/protocol/wire.ts';
import { type CallToCheck, checkCall } from '../../src/home-assistant/calls/service-check.ts';
import { type OpenApi, openApi, openApiHome, SWITCH } from './api-client.ts';
import { type ContractHome, LIGHT, onRealHome, OTHER_LIGHT } from './homes.ts';

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

/** They would take the home down, or leave it another one. */
const NOT_TO_BE_TRIED = /^homeassistant\.(stop|restart|set_location|reload_)|^backup\.|^recorder\.(disable|purge)/;

/** Sends a call as it is, and gives how it ended. */
async function send({ service, target, data, returnResponse }: CallToCheck): Promise<string> {
  const [domain = '', name = ''] = service.split('.');
  const command = callService({ domain, service: name, data, target, returnResponse });
  try {
    const { context } = (await t.connection.command(command, { timeoutMs: 30_000 })) as CallServiceResult;
    const touched = [...t.home.mirror.entityIds()].filter((id) => t.home.mirror.get(id)?.context.id === context.id);
    return touched.length === 0 ? 'ignored' : `touched ${touched.join(', ')}`;
  } catch (error) {
    if (error instanceof CommandRefused) return 'refused';
    throw error;
  }
}

type RightCall = readonly [
  service: string,
  target: string | undefined,
  data: Readonly<Record<string, unknown>>,
  returnResponse?: boolean,
];

describe('the check of a call', () => {
  it('refuses nothing that the home would carry out', async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const call of callsWithSlips()) {
      const verdict = checkCall(call, t.home);
      if (verdict.kind !== 'refused') continue;
      tried += 1;
      const outcome = await send(call);
      if (outcome !== 'refused' && outcome !== 'ignored') wrong.push(`${verdict.error.message} -> ${outcome}`);
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(onRealHome ? 1500 : 350);
  });

  it('refuses by description only what the schema behind it refuses', async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const call of callsWithSlips()) {
      const verdict = checkCall(call, t.home);
      if (verdict.kind !== 'refused' || !['UNKNOWN_FIELD', 'MISSING_FIELD'].includes(verdict.error.code)) continue;
      tried += 1;
      const outcome = await send(call);
      // Its schema does without the direction, and each fan then fails for the lack of it; here there is no fan.
      if (outcome !== 'refused' && call.service !== 'fan.set_direction')
        wrong.push(`${verdict.error.message} -> ${outcome}`);
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(onRealHome ? 200 : 40);
  });

  const right: readonly RightCall[] = [
    ['light.turn_on', LIGHT, { brightness_pct: 40, transition: 0 }],
    ['light.turn_on', LIGHT, { color_temp_kelvin: 3000 }],
    ['light.turn_on', 'Light.Bed_Light', { hs_color: [10, 20] }],
    ['light.turn_on', `${LIGHT}, ${OTHER_LIGHT}`, {}],
    ['light.turn_off', LIGHT, {}],
    ['LIGHT.Toggle', LIGHT, {}],
    ['light.turn_off', 'none', {}],
    ['light.turn_off', undefined, { entity_id: LIGHT }],
    ['light.turn_off', undefined, { entity_id: [LIGHT] }],
    ['homeassistant.toggle', SWITCH, {}],
    ['homeassistant.toggle', undefined, { entity_id: SWITCH }],
    ['input_number.increment', 'input_number.target_level', {}],
    ['input_select.select_next', 'input_select.house_mode', {}],
    ['input_select.select_option', 'input_select.house_mode', { option: 'home' }],
    ['script.answer', undefined, {}],
    ['script.answer', undefined, { question: 'a', more: 1 }],
    ['script.answer', undefined, { question: 'a' }, true],
  ];
  const rightOnRealHome: readonly RightCall[] = [
    ['light.toggle', LIGHT, { brightness_step_pct: 10 }],
    ['light.turn_on', LIGHT, { flash: 'short' }],
    ['light.turn_off', 'group.contract_lights', {}],
    ['media_player.play_media', 'media_player.bedroom', { media_content_id: 'a', media_content_type: 'music' }],
    [
      'media_player.play_media',
      'media_player.bedroom',
      { media: { media_content_id: 'a', media_content_type: 'music' } },
    ],
    ['climate.set_temperature', 'climate.ecobee', { target_temp_low: 18, target_temp_high: 24 }],
    ['cover.set_cover_position', 'cover.hall_window', { position: 50 }],
    ['fan.set_direction', 'fan.living_room_fan', { direction: 'reverse' }],
    ['timer.start', 'timer.egg', { duration: '00:00:09' }],
    ['timer.change', 'timer.egg', {}],
    ['timer.cancel', 'timer.egg', {}],
    ['input_datetime.set_datetime', 'input_datetime.wake_up', { time: '06:00:00' }],
    ['script.turn_on', 'script.answer', { variables: { question: 'a' } }],
    ['homeassistant.update_entity', undefined, { entity_id: 'sensor.contract_power' }],
    ['homeassistant.update_entity', 'sensor.contract_power', {}],
    ['logbook.log', undefined, { name: 'a', message: 'b', entity_id: 'light.no_such' }],
    ['persistent_notification.create', undefined, { message: 'a', notification_id: 'contract_check' }],
    ['persistent_notification.dismiss', undefined, { notification_id: 'contract_check' }],
    ['device_tracker.see', undefined, { dev_id: 'contract_check', hostname: 'x' }],
    ['todo.get_items', 'todo.chores', {}, true],
    ['calendar.get_events', 'calendar.calendar_1', { duration: { hours: 24 } }, true],
    ['weather.get_forecasts', 'weather.demo_weather_south', { type: 'daily' }, true],
    ['notify.send_message', 'notify.notifier', { message: 'a', title: 'b' }],
    ['scene.turn_on', 'scene.movie', { transition: 0 }],
  ];

  const cases = (onRealHome ? [...right, ...rightOnRealHome] : right).map(
    ([service, target, data, returnResponse = false]) => ({ service, target, data, returnResponse }),
  );

  it.each(cases)('lets pass $service for $target with $data, as the home does', async ({ service, ...options }) => {
    await t.api.call(service, options);
  });

  /** Calls of all services of the home, each with one thing wrong. */
  function* callsWithSlips(): Generator<CallToCheck> {
    for (const id of t.home.serviceIds()) {
      const service = t.home.service(id);
      if (typeof service !== 'object' || NOT_TO_BE_TRIED.test(id)) continue;
      const plain = wholeCall(service);
      yield { ...plain, service: id.slice(0, -1) };
      yield { ...plain, target: undefined };
      yield { ...plain, target: { entity_id: `${service.domain}.no_such_one` } };
      yield { ...plain, target: { entity_id: service.domain === 'light' ? SWITCH : LIGHT } };
      yield { ...plain, target: { entity_id: 'kitchen' } };
      yield { ...plain, target: { entity_id: ['all'] } };
      yield { ...plain, returnResponse: !plain.returnResponse };
      for (const name of service.fields.keys()) {
        const { [name]: value, ...others } = plain.data;
        yield { ...plain, data: others };
        yield { ...plain, data: { ...others, [`${name}s`]: value } };
        yield { ...plain, data: { ...others, [name.slice(1)]: value } };
      }
    }
  }

  /** A call with all that a service requires, for nothing that is there. */
  function wholeCall(service: KnownService): CallToCheck {
    const required = [...service.fields].filter(([, field]) => field.required === true);
    return {
      service: service.id,
      target: service.takesTarget ? { entity_id: 'none' } : undefined,
      data: Object.fromEntries(required.map(([name, field]) => [name, valueFor(field)])),
      returnResponse: service.response === 'always',
    };
  }
});

/** Something that a field may take. */
function valueFor({ example, selector = {} }: ServiceField): unknown {
  if (example !== undefined) return example;
  const [kind] = Object.keys(selector);
  const options = Object.values(selector)[0];
  if (kind === 'number') return 1;
  if (kind === 'boolean') return true;
  if (kind === 'select' && typeof options === 'object' && options !== null && 'options' in options) {
    return Array.isArray(options.options) ? options.options[0] : 'x';
  }
  if (kind === 'object') return {};
  return kind === 'entity' ? `${domainOf(LIGHT)}.no_such_one` : 'x';
}

import type { WireEntityDetails } from '../home-assistant/protocol/registry-wire.ts';
import type { CommandDefinition } from './command-table.ts';
import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import type { JsonObject } from './json.ts';
import { dict, required, text } from './schema.ts';
import { domainOf } from './state-record.ts';

/** What a device's entity can be watched for, by which trigger of its own state, and what it can be asked to do. */
interface Offer {
  readonly triggers: Readonly<Record<string, JsonObject>>;
  readonly conditions: Readonly<Record<string, JsonObject>>;
  readonly actions: Readonly<Record<string, string>>;
}

type Of = (entity: WireEntityDetails, home: HomeCore) => Offer;

const on = { to: 'on' };
const off = { to: 'off' };
const none: Offer = { triggers: {}, conditions: {}, actions: {} };

const toggling: Of = () => ({
  triggers: { changed_states: { to: ['on', 'off'] }, turned_off: off, turned_on: on },
  conditions: { is_off: { state: 'off' }, is_on: { state: 'on' } },
  actions: { turn_off: 'turn_off', turn_on: 'turn_on', toggle: 'toggle' },
});

/** States that are both a trigger (`locked`) and a condition (`is_locked`), each under its name. */
function stating(states: Readonly<Record<string, string>>, actions: Offer['actions'] = {}): Offer {
  const entries = Object.entries(states);
  return {
    triggers: Object.fromEntries(entries.map(([type, to]) => [type, { to }])),
    conditions: Object.fromEntries(
      entries.map(([type, state]) => [`is_${type === 'opened' ? 'open' : type}`, { state }]),
    ),
    actions,
  };
}

/** What a binary sensor of a class is called when it is on, and when it is off. */
const binaryNames: Readonly<Record<string, readonly [on: string, off: string]>> = {
  battery: ['bat_low', 'not_bat_low'],
  battery_charging: ['charging', 'not_charging'],
  door: ['opened', 'not_opened'],
  garage_door: ['opened', 'not_opened'],
  moisture: ['moist', 'not_moist'],
  motion: ['motion', 'no_motion'],
  occupancy: ['occupied', 'not_occupied'],
  opening: ['opened', 'not_opened'],
  presence: ['present', 'not_present'],
  smoke: ['smoke', 'no_smoke'],
  window: ['opened', 'not_opened'],
};

const byDomain: Readonly<Record<string, Of>> = {
  light: toggling,
  switch: toggling,
  fan: toggling,
  humidifier: toggling,
  remote: toggling,
  update: toggling,
  binary_sensor: (entity, home) => {
    const kind = home.states.get(entity.entity_id)?.attributes.device_class;
    const [whenOn, whenOff] = binaryNames[String(kind)] ?? ['turned_on', 'turned_off'];
    const condition = (name: string): string => `is_${name.replace('turned_', '').replace('opened', 'open')}`;
    return {
      triggers: { [whenOn]: on, [whenOff]: off },
      conditions: { [condition(whenOn)]: { state: 'on' }, [condition(whenOff)]: { state: 'off' } },
      actions: {},
    };
  },
  sensor: (entity, home) => {
    const kind = home.states.get(entity.entity_id)?.attributes.device_class;
    const type = kind === 'battery' ? 'battery_level' : kind;
    if (typeof type !== 'string') return none;
    return { triggers: { [type]: { numeric: true } }, conditions: { [`is_${type}`]: { numeric: true } }, actions: {} };
  },
  cover: () =>
    stating(
      { closed: 'closed', closing: 'closing', opened: 'open', opening: 'opening' },
      { open: 'open_cover', close: 'close_cover', stop: 'stop_cover' },
    ),
  lock: () =>
    stating(
      {
        locked: 'locked',
        locking: 'locking',
        unlocked: 'unlocked',
        unlocking: 'unlocking',
        jammed: 'jammed',
        opened: 'open',
      },
      { lock: 'lock', unlock: 'unlock' },
    ),
  vacuum: () => stating({ cleaning: 'cleaning', docked: 'docked' }, { clean: 'start', dock: 'return_to_base' }),
  alarm_control_panel: () =>
    stating({
      disarmed: 'disarmed',
      triggered: 'triggered',
      arming: 'arming',
      armed_home: 'armed_home',
      armed_away: 'armed_away',
      armed_night: 'armed_night',
    }),
};

type Kind = 'trigger' | 'condition' | 'action';

/** What the devices of the home offer to automations: of the domains whose entities say by their state what they do. */
export class DeviceOffers {
  readonly #home: HomeCore;

  constructor(home: HomeCore) {
    this.#home = home;
  }

  commands(): Record<string, CommandDefinition> {
    const list = (kind: Kind): [string, CommandDefinition] => [
      `device_automation/${kind}/list`,
      {
        fields: { device_id: required(text) },
        run: ({ id, device_id: deviceId }, connection) => connection.result(id, this.#listed(kind, String(deviceId))),
      },
    ];
    const held = { type: 'positive_time_period_dict', name: 'for', required: false, optional: true };
    return Object.fromEntries([
      ...(['trigger', 'condition', 'action'] as const).map(list),
      [
        'device_automation/trigger/capabilities',
        {
          fields: { trigger: required(dict) },
          run: ({ id }, connection) => connection.result(id, { extra_fields: [held] }),
        } satisfies CommandDefinition,
      ],
    ]);
  }

  #listed(kind: Kind, deviceId: string): readonly JsonObject[] {
    if (this.#home.registries.devices.get(deviceId) === undefined) throw new Refusal('not_found', 'Device not found');
    const entities = this.#home.registries.entities
      .all()
      .filter((entity) => entity.device_id === deviceId && entity.disabled_by === null);
    const mark = { trigger: { platform: 'device' }, condition: { condition: 'device' }, action: {} }[kind];
    return entities.flatMap((entity) =>
      Object.keys(offerOf(entity, this.#home)[`${kind}s`]).map((type) => ({
        ...mark,
        type,
        device_id: deviceId,
        entity_id: entity.id,
        domain: domainOf(entity.entity_id),
        metadata: { secondary: entity.entity_category !== null || entity.hidden_by !== null },
      })),
    );
  }
}

function offerOf(entity: WireEntityDetails, home: HomeCore): Offer {
  return byDomain[domainOf(entity.entity_id)]?.(entity, home) ?? none;
}

/**
 * A device's trigger as the trigger of its entity's state that it stands for.
 *
 * @throws Refusal where the device, its entity or what is asked of it is not there.
 */
export function deviceTriggerAsState(home: HomeCore, given: JsonObject): JsonObject {
  const { entity, stands } = found(home, given, 'triggers');
  const { for: held, above, below } = given;
  const watched = { entity_id: entity.entity_id, ...(held === undefined ? {} : { for: held }) };
  if (stands.numeric === true) {
    const bounds = Object.fromEntries(Object.entries({ above, below }).filter(([, bound]) => bound !== undefined));
    return { trigger: 'numeric_state', ...watched, ...bounds };
  }
  return { trigger: 'state', ...watched, ...stands };
}

/** A device's condition as the condition of its entity's state. @throws Refusal */
export function deviceConditionAsState(home: HomeCore, given: JsonObject): JsonObject {
  const { entity, stands } = found(home, given, 'conditions');
  const { above, below } = given;
  if (stands.numeric === true) return { condition: 'numeric_state', entity_id: entity.entity_id, above, below };
  return { condition: 'state', entity_id: entity.entity_id, ...stands };
}

/** A device's action as the service that it stands for. @throws Refusal */
export function deviceActionAsService(
  home: HomeCore,
  given: JsonObject,
): { readonly action: string; readonly target: JsonObject } {
  const entity = entityOf(home, given);
  const service = offerOf(entity, home).actions[String(given.type)];
  if (service === undefined) throw notOffered(given);
  const domain = domainOf(entity.entity_id);
  return { action: `${domain}.${service}`, target: { entity_id: entity.entity_id } };
}

function found(
  home: HomeCore,
  given: JsonObject,
  kind: 'triggers' | 'conditions',
): { readonly entity: WireEntityDetails; readonly stands: JsonObject } {
  const entity = entityOf(home, given);
  const stands = offerOf(entity, home)[kind][String(given.type)];
  if (stands === undefined) throw notOffered(given);
  return { entity, stands };
}

/** By its registry id, or by its entity id. */
function entityOf(home: HomeCore, { device_id: deviceId, entity_id: id }: JsonObject): WireEntityDetails {
  if (home.registries.devices.get(String(deviceId)) === undefined) {
    throw new Refusal('home_assistant_error', `Unknown device '${String(deviceId)}'`);
  }
  const entity = home.registries.entities.all().find((each) => each.id === id || each.entity_id === id);
  if (entity !== undefined) return entity;
  throw new Refusal('home_assistant_error', `Unknown entity '${String(id)}'`);
}

function notOffered({ type, domain }: JsonObject): Refusal {
  return new Refusal('invalid_format', `The simulated home knows no '${String(type)}' of a device's ${String(domain)}`);
}

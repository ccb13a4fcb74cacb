import type { HomeConfig, ServicesResult } from '../../../src/home-assistant/protocol/wire.ts';
import type {
  WireArea,
  WireCategory,
  WireDevice,
  WireEntityDetails,
  WireEntityEntry,
  WireFloor,
  WireLabel,
} from '../../../src/home-assistant/protocol/registry-wire.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import type { AutomationsSetup } from '../../../src/simulator/automations.ts';
import type { CalendarSetup } from '../../../src/simulator/calendars.ts';
import type { ConfigEntrySetup } from '../../../src/simulator/integrations.ts';
import type { PersonSetup } from '../../../src/simulator/persons.ts';
import type { ForecastSetup } from '../../../src/simulator/forecasts.ts';
import { isObject, type JsonObject } from '../../../src/simulator/json.ts';
import type { Scripts } from '../../../src/simulator/services/script.ts';
import { SimulatedHome } from '../../../src/simulator/simulated-home.ts';
import { StateRecord } from '../../../src/simulator/state-record.ts';
import { applyEvidence, applyOwnEvidence, type KnownStates, microseconds } from './evidence.ts';
import { contextMs, latestContextMs, type PastChange, pastOf } from './past.ts';
import type { Sample } from './samples.ts';

/** The scripts of the recorded home's configuration. */
const scripts: Scripts = {
  answer: {
    alias: 'Answer',
    fields: { question: { required: true, selector: { text: {} } } },
    sequence: [
      { variables: ({ question = '' }) => ({ reply: { answer: 42, question } }) },
      { stop: 'done', response_variable: 'reply' },
    ],
  },
  slow: {
    alias: 'Slow',
    mode: 'parallel',
    sequence: [{ delay: { seconds: 1 } }, { action: 'counter.increment', target: { entity_id: 'counter.visits' } }],
  },
  failing: { alias: 'Failing', sequence: [{ stop: 'broken on purpose', error: true }] },
  calls_missing: { alias: 'Calls a missing action', sequence: [{ action: 'no_such_domain.no_such_action' }] },
};

/** The automations of its configuration. */
const automations: AutomationsSetup = {
  contract_event_to_boolean: {
    alias: 'Event to boolean',
    triggers: [{ trigger: 'event', event_type: 'contract_event' }],
    actions: [{ action: 'input_boolean.turn_on', target: { entity_id: 'input_boolean.guest_mode' } }],
  },
  contract_disabled: {
    alias: 'Disabled one',
    enabled: false,
    triggers: [{ trigger: 'state', entity_id: 'light.bed_light' }],
    actions: [{ event: 'contract_never' }],
  },
};

/** What stands in its to-do list from the start. */
const todoLists = { 'todo.chores': ['Water the plants'] };

/** The demo integration's calendars: half an hour after it was set up, and, set up a moment later, half an hour before. */
function demoCalendars(setUp: Temporal.ZonedDateTime): Record<string, CalendarSetup> {
  const at = (minutes: number, laterUs = 0): string =>
    setUp.add({ minutes }).add({ microseconds: laterUs }).toString({ timeZoneName: 'never' });
  const future = {
    start: at(30),
    end: at(90),
    summary: 'Future Event',
    description: 'Future Description',
    location: 'Future Location',
  };
  const current = { start: at(-30, 1), end: at(30, 1), summary: 'Current Event' };
  return { 'calendar.calendar_1': { events: [future] }, 'calendar.calendar_2': { events: [current] } };
}

/** The demo integration's forecasts begin on the day that they are asked for. */
const forecasts: Record<string, ForecastSetup> = {
  'weather.demo_weather_south': {
    daily: (now) =>
      demoDays.map(([condition, precipitation, temperature, templow, probability], index) => ({
        datetime: now.with({ hour: 16, minute: 0 }).add({ days: index }).toString({ timeZoneName: 'never' }),
        condition,
        precipitation,
        temperature,
        templow,
        precipitation_probability: probability,
      })),
  },
  'weather.demo_weather_north': {},
};

const demoDays = [
  ['rainy', 1, 22, 15, 60],
  ['rainy', 5, 19, 8, 30],
  ['cloudy', 0, 15, 9, 10],
  ['sunny', 0, 12, 6, 0],
  ['partlycloudy', 2, 14, 7, 20],
  ['rainy', 15, 18, 7, 0],
  ['fog', 0.2, 21, 12, 100],
] as const;

/** What its demo lamp is set to from the start. It is off then, and a lamp that is off shows nothing of it. */
const bedLightWhenOn = { brightness: 180, color_mode: 'color_temp', color_temp_kelvin: 4166, effect: 'rainbow' };

/** The home that was recorded, as it was before each of the recordings. */
export class RecordedHouse {
  readonly #samples: readonly Sample[];
  readonly #config: Partial<HomeConfig>;
  readonly #catalogue: ServicesResult;
  readonly #past: ReadonlyMap<string, readonly PastChange[]>;
  readonly #users: { readonly owner: JsonObject; readonly user: JsonObject };

  constructor(samples: readonly Sample[]) {
    this.#samples = samples;
    this.#config = this.#resultOf('ws/core/get-config');
    this.#catalogue = this.#resultOf('ws/core/get-services') as ServicesResult;
    const states: KnownStates = new Map();
    applyEvidence(states, this.#sample('ws/core/get-states'));
    this.#past = pastOf(samples, states);
    this.#users = { owner: this.#resultOf('ws/core/current-user'), user: this.#resultOf('ws/core/current-user-user') };
  }

  /** Its states come from the listing of all states, and from what the recordings up to this one show of them. */
  before(sample: Sample): { readonly home: SimulatedHome; readonly clock: VirtualClock } {
    const states = this.#statesBefore(sample);
    const beganMs = this.#startMs(sample, states);
    const clock = new VirtualClock({ now: Temporal.Instant.fromEpochMilliseconds(beganMs) });
    const past = [...this.#past].map(([entityId, changes]): [string, readonly PastChange[]] => [
      entityId,
      changes.filter(({ lastUpdated }) => lastUpdated < beganMs * 1000),
    ]);
    for (const [entityId, changes] of past) {
      const [last, present] = [changes.at(-1), states.get(entityId)];
      if (last === undefined || present === undefined || last.lastUpdated <= present.lastUpdated) continue;
      // Of a lamp only the recordings tell more than its being on or off.
      if (entityId.startsWith('input_')) states.set(entityId, last);
    }
    const { owner, user } = this.#users;
    const home = new SimulatedHome({
      clock,
      config: this.#config,
      catalogue: this.#catalogue,
      scripts,
      automations,
      todoLists,
      calendars: demoCalendars(setUpAt(states)),
      forecasts,
      integrations: {
        configEntries: this.#resultListOf('ws/more/config-entries-get') as readonly ConfigEntrySetup[],
        manifests: this.#resultListOf('ws/core/manifest-list'),
        issues: this.#resultOf('ws/more/repairs-list')['issues'] as readonly JsonObject[],
      },
      userNames: { owner: String(owner.name), user: String(user.name) },
    });
    // Its person is the owner.
    const [person] = this.#resultOf('ws/more/person-list')['storage'] as readonly PersonSetup[];
    if (person !== undefined) home.household.persons.load({ ...person, user_id: home.users.owner.id });
    home.states.clear();
    this.#furnish(home, states);
    // The recorded users are this home's own.
    const renamed = (text: string): string =>
      text.replaceAll(String(owner.id), home.users.owner.id).replaceAll(String(user.id), home.users.user.id);
    for (const known of states.values()) {
      const { entityId, state, attributes, context, lastChanged, lastUpdated, lastReported } = JSON.parse(
        renamed(JSON.stringify(known)),
      ) as typeof known;
      if (entityId === 'light.bed_light' && state === 'off')
        home.setState(entityId, 'on', { ...attributes, ...bedLightWhenOn });
      if (entityId === 'light.bed_light' && state === 'off') home.setState(entityId, 'off');
      const record = new StateRecord(entityId, state, attributes, lastChanged, lastUpdated, context);
      record.report(lastReported);
      home.states.load(record);
      // It stands in a recording: it was put into text, and stays as it was then.
      void record.json;
    }
    this.#remember(home, past, renamed);
    deriveEntities(home);
    showNotifications(home);
    return { home, clock };
  }

  /** What happened before, for history and logbook. */
  #remember(
    home: SimulatedHome,
    past: readonly (readonly [string, readonly PastChange[]])[],
    renamed: (text: string) => string,
  ): void {
    const { recorder } = home.household;
    for (const [entityId, changes] of past) {
      const records = changes.map(({ state, attributes, lastChanged, lastUpdated, context, call }) => {
        if (call !== undefined) recorder.called(context.id, call);
        const own = JSON.parse(renamed(JSON.stringify(context))) as typeof context;
        return new StateRecord(entityId, state, attributes, lastChanged, lastUpdated, own);
      });
      recorder.load(entityId, records);
    }
  }

  /**
   * When the recording began: by the first event in it, by the first call in it, else some time after whatever is known.
   */
  #startMs(sample: Sample, states: KnownStates): number {
    for (const { data, ms } of sample.frames) {
      const fired = /"time_fired":"([^"]+)"/.exec(JSON.stringify(data))?.[1];
      if (fired !== undefined) return Math.floor(microseconds(fired) / 1000) - ms;
    }
    if (isOfThePast(sample)) {
      for (const { data, ms, dir } of sample.frames) {
        const context =
          isObject(data) && isObject(data.result) && isObject(data.result.context) ? data.result.context : {};
        if (dir === 'in' && typeof context.id === 'string') return contextMs(context.id) - ms;
      }
      const earlier = latestContextMs(this.#samples.slice(0, this.#samples.indexOf(sample)));
      if (earlier > 0) return earlier + 100;
    }
    const latest = Math.max(...Array.from(states.values(), (state) => state.lastUpdated));
    return Math.ceil(latest / 1000) + 100;
  }

  /** Its registries come from the listings. What lists leave out of an entity is taken from what shows it. */
  #furnish({ registries }: SimulatedHome, states: KnownStates): void {
    for (const area of this.#listOf('area-list') as readonly WireArea[]) registries.areas.load(area);
    for (const floor of this.#listOf('floor-list') as readonly WireFloor[]) registries.floors.load(floor);
    for (const label of this.#listOf('label-list') as readonly WireLabel[]) registries.labels.load(label);
    for (const category of this.#listOf('category-list') as readonly WireCategory[])
      registries.categories('automation').load(category);
    for (const device of this.#listOf('device-list') as readonly WireDevice[]) registries.devices.load(device);
    const details = this.#details();
    for (const entity of this.#listOf('entity-list') as readonly WireEntityEntry[]) {
      const { aliases = [null], capabilities = null } = details.get(entity.id) ?? {};
      const icon = states.get(entity.entity_id)?.attributes['icon'];
      // An integration may change its icon with the state; a helper's is the one it was set up with.
      const original = entity.config_entry_id === null && typeof icon === 'string' ? icon : null;
      registries.entities.load({ ...entity, aliases, capabilities, original_icon: original });
    }
  }

  /** The long forms of entities, wherever one is shown, by registry id. */
  #details(): ReadonlyMap<string, Partial<WireEntityDetails>> {
    const shown = this.#samples
      .flatMap(({ frames }) => frames)
      .flatMap(({ data }): unknown[] =>
        isObject(data) && isObject(data.result) ? [data.result, data.result.entity_entry] : [],
      );
    const details = shown.filter(
      (entity): entity is WireEntityDetails =>
        isObject(entity) && Array.isArray(entity.aliases) && 'capabilities' in entity,
    );
    return new Map(details.map((entity) => [entity.id, entity]));
  }

  #listOf(registry: string): readonly unknown[] {
    return this.#resultListOf(`ws/registries/${registry}`);
  }

  #resultListOf(name: string): readonly JsonObject[] {
    const message = this.#sample(name).frames.find((frame) => frame.dir === 'in')?.data;
    if (!isObject(message) || !Array.isArray(message.result)) throw new Error(`${name} has no list`);
    return message.result.filter(isObject);
  }

  #statesBefore(sample: Sample): KnownStates {
    const states: KnownStates = new Map();
    applyEvidence(states, this.#sample('ws/core/get-states'));
    for (const earlier of this.#samples.slice(0, this.#samples.indexOf(sample))) applyEvidence(states, earlier);
    applyOwnEvidence(states, sample);
    return states;
  }

  #sample(name: string): Sample {
    const sample = this.#samples.find((candidate) => candidate.name === name);
    if (sample === undefined) throw new Error(`No recording ${name}`);
    return sample;
  }

  #resultOf(name: string): JsonObject {
    const message = this.#sample(name).frames.find((frame) => frame.dir === 'in')?.data;
    if (!isObject(message) || !isObject(message.result)) throw new Error(`${name} has no result`);
    return message.result;
  }
}

/** Entities of its configuration that follow others. */
export const derivedEntities = new Set([
  'sensor.contract_power',
  'binary_sensor.contract_guest',
  'group.contract_lights',
]);

function deriveEntities(home: SimulatedHome): void {
  home.derive('sensor.contract_power', ['input_number.target_level'], (read) => {
    const level = Number(read('input_number.target_level') ?? 0);
    return { state: (level * 10).toFixed(1), attributes: { level } };
  });
  home.derive('binary_sensor.contract_guest', ['input_boolean.guest_mode'], (read) => ({
    state: read('input_boolean.guest_mode') ?? 'off',
  }));
  const lights = ['light.bed_light', 'light.kitchen_lights'];
  home.derive('group.contract_lights', lights, (read) => ({
    state: lights.some((light) => read(light) === 'on') ? 'on' : 'off',
  }));
}

/** It complains of the attempts to log in with a wrong token that the first recordings are of. */
function showNotifications({ household: { notifications } }: SimulatedHome): void {
  const from = 'Login attempt or request with invalid authentication from localhost (127.0.0.1).';
  notifications.show(`${from} See the log for details.`, 'Login attempt failed', 'http-login');
  // Two of the recordings show one each.
  notifications.show('hello', 'Contract', 'contract');
  const broken = 'Config error. See [the logs](/config/logs) for details.';
  notifications.show(broken, 'Config validating', 'homeassistant.check_config');
}

/** The demo integration's calendars became what they are when it was set up. */
function setUpAt(states: KnownStates): Temporal.ZonedDateTime {
  const changed = BigInt(states.get('calendar.calendar_1')?.lastChanged ?? 0) * 1000n;
  return Temporal.Instant.fromEpochNanoseconds(changed).toZonedDateTimeISO('Europe/Amsterdam');
}

/** Recordings whose answers depend on what happened between recordings. */
function isOfThePast({ name }: Sample): boolean {
  return /^(ws\/history\/|ws\/templates\/live$|rest\/(history|logbook))/.test(name);
}

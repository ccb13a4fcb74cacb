import type { ServiceDescription } from '../../home-assistant/protocol/wire.ts';
import type {
  WireArea,
  WireCategory,
  WireDevice,
  WireEntityEntry,
  WireFloor,
  WireLabel,
} from '../../home-assistant/protocol/registry-wire.ts';
import type { Clock } from '../../kernel/clock.ts';
import { SimulatedHome } from '../simulated-home.ts';
import { StateRecord } from '../state-record.ts';
import type { HomeRecording } from './home-recording.ts';

export interface RecordedHomeOptions {
  readonly clock: Clock;
  /** @defaultValue 1 */
  readonly seed?: number | undefined;
}

/**
 * A simulated home that begins as a real one was recorded. Nobody lives in it: what happens is what is done to it.
 * Services that the simulated home does not know are there, and accepted, and do nothing.
 */
export function recordedHome(recording: HomeRecording, { clock, seed }: RecordedHomeOptions): SimulatedHome {
  const home = new SimulatedHome({
    clock,
    seed,
    config: recording.config,
    catalogue: recording.services as unknown as Record<string, Record<string, ServiceDescription>>,
    userNames: { owner: recording.user?.name, user: recording.user?.name },
    integrations: { configEntries: recording.configEntries },
    persons: recording.persons,
  });
  home.states.clear();
  fillRegistries(home, recording);
  fillStates(home, recording);
  for (const [domain, services] of Object.entries(recording.services)) {
    for (const [name, description] of Object.entries(services)) addInert(home, domain, name, description);
  }
  return home;
}

function fillRegistries({ registries }: SimulatedHome, recording: HomeRecording): void {
  for (const area of recording.areas as unknown as WireArea[]) registries.areas.load(area);
  for (const floor of recording.floors as unknown as WireFloor[]) registries.floors.load(floor);
  for (const label of recording.labels as unknown as WireLabel[]) registries.labels.load(label);
  for (const category of recording.categories as unknown as WireCategory[])
    registries.categories('automation').load(category);
  for (const device of recording.devices as unknown as WireDevice[]) registries.devices.load(device);
  for (const entity of recording.entities as unknown as WireEntityEntry[]) registries.entities.load(entity);
}

function fillStates(home: SimulatedHome, { states }: HomeRecording): void {
  const now = home.instants.next();
  for (const { entity_id: entityId, state, attributes } of states) {
    home.states.load(new StateRecord(entityId, state, attributes, now, now, home.newContext()));
    if (entityId.startsWith('todo.')) home.household.todo.load(entityId, []);
    if (entityId.startsWith('calendar.')) home.household.calendars.load(entityId, { events: [] });
    if (entityId.startsWith('weather.')) home.household.forecasts.load(entityId, {});
  }
}

function addInert(
  home: SimulatedHome,
  domain: string,
  name: string,
  description: HomeRecording['services'][string][string],
): void {
  if (home.services.find(domain, name) !== undefined) return;
  const { response } = description;
  const isOptional = typeof response === 'object' && response !== null && Reflect.get(response, 'optional') === true;
  home.services.register(domain, name, {
    description: description as unknown as ServiceDescription,
    ...(response === undefined || response === null ? {} : { response: isOptional ? 'optional' : 'only' }),
    check: (data) => data,
    run: () => ({}),
  });
}

import type { Timer } from '../../kernel/clock.ts';
import { registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { isObject } from '../json.ts';
import { numberRead, optional, positive, textual, within } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';
import { has } from './cover.ts';

const feature = { turnOn: 1, turnOff: 2, tones: 4, volume: 8, duration: 16 };

/** `siren`: it ends by itself where it was given a length, and can. */
export function registerSiren(home: HomeCore): void {
  const endings = new Map<string, Timer>();
  const turnOff = ({ entityId }: StateRecord, context: ServiceCall['context']): void => {
    endings.get(entityId)?.cancel();
    endings.delete(entityId);
    const present = home.states.get(entityId);
    if (present !== undefined) home.write(present, { state: 'off' }, context);
  };
  const turnOn = (entity: StateRecord, { data, context }: ServiceCall): void => {
    if (has(entity, feature.tones)) assertTone(entity, data.tone);
    endings.get(entity.entityId)?.cancel();
    home.write(entity, { state: 'on' }, context);
    if (typeof data.duration !== 'number' || !has(entity, feature.duration)) return;
    const ending = home.clock.after(data.duration * 1000, `${entity.entityId} falls silent`, () =>
      turnOff(entity, home.newContext()),
    );
    endings.set(entity.entityId, ending);
  };
  registerEntityServices(home, 'siren', {
    turn_on: {
      shape: {
        tone: optional(textual),
        volume_level: optional(within(0, 1, numberRead, 'value must be at most 1')),
        duration: optional(positive),
      },
      fields: {
        tone: { example: 'fire', selector: { text: {} } },
        volume_level: { example: 0.5, selector: { number: { min: 0, max: 1, step: 0.05, mode: 'slider' } } },
        duration: { example: 15, selector: { text: {} } },
      },
      features: [feature.turnOn],
      run: turnOn,
    },
    turn_off: { features: [feature.turnOff], run: (entity, { context }) => turnOff(entity, context) },
    toggle: {
      features: [feature.turnOn | feature.turnOff],
      run: (entity, call) => (entity.state === 'on' ? turnOff(entity, call.context) : turnOn(entity, call)),
    },
  });
}

/** A tone is one of the list, or the name or number by which a table has it. */
function assertTone({ entityId, attributes }: StateRecord, tone: unknown): void {
  if (typeof tone !== 'string') return;
  const { available_tones: tones } = attributes;
  const known: readonly unknown[] = Array.isArray(tones)
    ? tones
    : isObject(tones)
      ? [...Object.keys(tones), ...Object.values(tones)]
      : [];
  if (known.some((each) => String(each) === tone)) return;
  const hint = 'check the available_tones attribute for valid tones to pass in';
  throw notValid(`Invalid tone specified for entity ${entityId}: ${tone}, ${hint}`, {
    domain: 'siren',
    key: 'invalid_tone',
    placeholders: { entity_id: entityId, tone },
  });
}

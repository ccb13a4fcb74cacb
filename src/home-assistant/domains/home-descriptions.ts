import type { ServiceDescription, ServiceField, ServicesResult, WireState } from '../protocol/wire.ts';
import { domainOf, isAvailable } from '../states/entity-state.ts';

/** What a home says of itself, as far as types are made of it: sorted, and without anything that is there to be read. */
export interface HomeDescriptions {
  /** Home Assistant's. */
  readonly version: string;
  /** By domain and name. */
  readonly services: Readonly<Record<string, Readonly<Record<string, ServiceDescription>>>>;
  /** The states that Home Assistant has a word for, by domain. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** What the states of the entities that are there look like, by domain. */
  readonly seen: Readonly<Record<string, readonly StateLook[]>>;
  /** Device classes of sensors whose states are numbers. */
  readonly numericDeviceClasses: readonly string[];
}

/** What a state looks like. */
export type StateLook = 'date' | 'date-time' | 'moment' | 'number' | 'text' | 'time';

/** What a home has to be asked for its descriptions. */
export const DESCRIPTION_COMMANDS = {
  config: { type: 'get_config' },
  services: { type: 'get_services' },
  serviceTexts: { type: 'frontend/get_translations', language: 'en', category: 'services' },
  stateTexts: { type: 'frontend/get_translations', language: 'en', category: 'entity_component' },
  states: { type: 'get_states' },
  numericDeviceClasses: { type: 'sensor/numeric_device_classes' },
} as const;

/** The results of `DESCRIPTION_COMMANDS`. */
export interface DescriptionAnswers {
  readonly config: { readonly version: string };
  readonly services: ServicesResult;
  readonly serviceTexts: Texts;
  readonly stateTexts: Texts;
  readonly states: readonly WireState[];
  readonly numericDeviceClasses: { readonly numeric_device_classes: readonly string[] };
}

interface Texts {
  readonly resources: Readonly<Record<string, string>>;
}

/**
 * What is the same in every home of that release.
 *
 * Services that a person made (scripts, shell commands, a phone to notify) are told by this: Home Assistant has texts
 * for its own ones and none for those.
 */
export function describedBy(answers: DescriptionAnswers): HomeDescriptions {
  const own = new Set(keysOf(answers.serviceTexts, /^component\.([^.]+)\.services\.([^.]+)\.name$/));
  const services: Record<string, Record<string, ServiceDescription>> = {};
  for (const [domain, described] of sorted(answers.services)) {
    for (const [name, service] of sorted(described)) {
      if (own.has(`${domain}.${name}`)) (services[domain] ??= {})[name] = bareService(service);
    }
  }
  return {
    version: answers.config.version,
    services,
    words: grouped(keysOf(answers.stateTexts, /^component\.([^.]+)\.entity_component\._\.state\.([^.]+)$/)),
    seen: grouped(
      answers.states
        .filter(({ state }) => isAvailable(state))
        .map(({ entity_id, state }) => `${domainOf(entity_id)}.${lookOf(state)}`),
    ) as Readonly<Record<string, readonly StateLook[]>>,
    numericDeviceClasses: answers.numericDeviceClasses.numeric_device_classes.toSorted(),
  };
}

/** What a state looks like, whatever it means. */
export function lookOf(state: string): StateLook {
  if (/^-?\d+(\.\d+)?$/.test(state)) return 'number';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d.*([+-]\d\d:\d\d|Z)$/.test(state)) return 'moment';
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(state)) return 'date-time';
  if (/^\d{4}-\d\d-\d\d$/.test(state)) return 'date';
  return /^\d\d:\d\d:\d\d$/.test(state) ? 'time' : 'text';
}

/** The names in the keys of texts, as `light.turn_on`. */
function keysOf(texts: Texts, pattern: RegExp): readonly string[] {
  return Object.keys(texts.resources).flatMap((key) => {
    const [, domain, name] = pattern.exec(key) ?? [];
    return domain === undefined ? [] : `${domain}.${name}`;
  });
}

/** `light.on`, `light.off` by what stands before the dot. */
function grouped(names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const groups: Record<string, string[]> = {};
  for (const name of [...new Set(names)].toSorted()) {
    (groups[domainOf(name)] ??= []).push(name.slice(name.indexOf('.') + 1));
  }
  return groups;
}

function bareService({ fields, target, response }: ServiceDescription): ServiceDescription {
  return {
    fields: bareFields(fields),
    ...(target === undefined || target === null ? {} : { target }),
    ...(response === undefined ? {} : { response }),
  };
}

function bareFields(fields: Readonly<Record<string, ServiceField>>): Readonly<Record<string, ServiceField>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.fields === undefined
        ? { ...(field.required === true ? { required: true } : {}), ...bareSelector(field) }
        : { fields: bareFields(field.fields) },
    ]),
  );
}

function bareSelector({ selector }: ServiceField): ServiceField {
  return selector === undefined ? {} : { selector: withoutTexts(selector) as Readonly<Record<string, unknown>> };
}

/** Keys of selectors that say how a form looks. */
const TEXTS: ReadonlySet<string> = new Set(['description_field', 'label', 'label_field', 'translation_key']);

function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (TEXTS.has(key) ? [] : [[key, withoutTexts(inner)]])),
  );
}

function sorted<T>(record: Readonly<Record<string, T>>): readonly [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

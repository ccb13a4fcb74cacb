import { NUMERIC_DEVICE_CLASSES, STATE_MEANINGS } from '../domains/domain-states.ts';
import type { StateMeaning, StateValue } from '../domains/state-meaning.ts';

/** What an attribute is by its name, without the rest of a state being looked at. */
export type AttributeReader = (name: string) => unknown;

/**
 * What the states of an entity mean, by Home Assistant's own rules: those of its domain, else those for sensors, which
 * go by device class, state class and unit.
 */
export function meaningOfState(domain: string, attribute: AttributeReader): Exclude<StateMeaning, 'by-class'> {
  const known = Object.hasOwn(STATE_MEANINGS, domain) ? STATE_MEANINGS[domain] : undefined;
  return known === undefined || known === 'by-class' ? meaningByClass(attribute) : known;
}

/** A text as what it stands for; undefined where it is none of that kind. */
export function readAs(
  meaning: Exclude<StateMeaning, 'by-class' | 'number'>,
  text: string,
): Exclude<StateValue, number> | undefined {
  switch (meaning) {
    case 'moment':
      return instantOf(text);
    case 'date':
      return read(DATE, text, Temporal.PlainDate);
    case 'time':
      return read(TIME, text, Temporal.PlainTime);
    case 'date-or-time':
      return (
        read(DATE, text, Temporal.PlainDate) ??
        read(TIME, text, Temporal.PlainTime) ??
        read(DATE_AND_TIME, text, Temporal.PlainDateTime)
      );
    case 'text':
      return text;
  }
}

/** Source: `SensorEntity._numeric_state_expected` and `NON_NUMERIC_DEVICE_CLASSES` of Home Assistant 2026.11. */
function meaningByClass(attribute: AttributeReader): Exclude<StateMeaning, 'by-class'> {
  const deviceClass = attribute('device_class');
  if (deviceClass === 'timestamp' || deviceClass === 'uptime') return 'moment';
  if (deviceClass === 'date') return 'date';
  if (deviceClass === 'enum') return 'text';
  const numeric =
    (typeof deviceClass === 'string' && NUMERIC_DEVICE_CLASSES.has(deviceClass)) ||
    isGiven(attribute('state_class')) ||
    isGiven(attribute('unit_of_measurement'));
  return numeric ? 'number' : 'text';
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d(:\d\d(\.\d+)?)?$/;
const DATE_AND_TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

function instantOf(text: string): Temporal.Instant | undefined {
  return read(/^\d{4}-\d\d-\d\d[ T].*([+-]\d\d:\d\d|Z)$/, text, Temporal.Instant);
}

/** What a text says that looks right; it may still be the 31st of February. */
function read<T>(look: RegExp, text: string, kind: { from(text: string): T }): T | undefined {
  if (!look.test(text)) return undefined;
  try {
    return kind.from(text);
  } catch {
    // A state is whatever an integration says: what is no date has no value.
    return undefined;
  }
}

/** A list of options, as a copy: what is handed on may be kept. */
export function optionsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return Object.freeze(value.filter((option): option is string => typeof option === 'string'));
}

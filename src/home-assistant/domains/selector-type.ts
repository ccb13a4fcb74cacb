/** The type of a field, as TypeScript text, and what else is known of its values. */
export interface FieldType {
  readonly type: string;
  /** As in `0 to 100 %`. */
  readonly remark?: string | undefined;
}

type Options = Readonly<Record<string, unknown>>;

/** Selectors whose value is a text: an id, a name, or something written as one. */
const TEXTS: ReadonlySet<string> = new Set([
  'addon',
  'app',
  'area',
  'assist_pipeline',
  'attribute',
  'backup_location',
  'config_entry',
  'conversation_agent',
  'country',
  'date',
  'datetime',
  'device',
  'entity',
  'file',
  'floor',
  'icon',
  'label',
  'language',
  'state',
  'statistic',
  'template',
  'text',
  'theme',
  'time',
]);

/**
 * The type of what a selector lets people choose, in Home Assistant's own form. A selector that is not known, as newer
 * releases have, is `unknown`: nothing is refused for it.
 *
 * @example
 * ```ts
 * selectorType({ select: { options: ['short', 'long'] } }); // { type: "'long' | 'short'" }
 * ```
 */
export function selectorType(selector: Options | undefined): FieldType {
  const entries = Object.entries(selector ?? {});
  const [kind, given] = entries[0] ?? [];
  if (kind === undefined || entries.length > 1) return { type: 'unknown' };
  const options = isOptions(given) ? given : {};
  const field = typeOf(kind, options);
  return options['multiple'] === true && field.type !== 'unknown'
    ? { ...field, type: `Several<${field.type}>` }
    : field;
}

function typeOf(kind: string, options: Options): FieldType {
  if (TEXTS.has(kind)) return { type: 'string', remark: HOW_WRITTEN[kind] };
  if (kind === 'boolean') return { type: 'boolean' };
  if (kind === 'number') return { type: 'number', remark: rangeOf(options) };
  if (kind === 'color_temp')
    return { type: 'number', remark: rangeOf({ ...options, unit_of_measurement: unitOf(options) }) };
  if (kind === 'color_rgb') return { type: 'Rgb' };
  if (kind === 'duration') return { type: 'DurationField' };
  if (kind === 'media') return { type: 'MediaItem' };
  if (kind === 'select') return { type: choiceOf(options) };
  if (kind === 'constant') return { type: literalOf(options['value']) ?? 'unknown' };
  if (kind === 'object') return { type: objectOf(options['fields']) };
  return { type: 'unknown' };
}

const HOW_WRITTEN: Readonly<Record<string, string>> = {
  date: 'As in `2026-12-24`.',
  datetime: 'As in `2026-12-24 18:30:00`.',
  time: 'As in `18:30:00`.',
};

function rangeOf({ min, max, unit_of_measurement: unit }: Options): string | undefined {
  const ofUnit = typeof unit === 'string' && unit !== '' ? ` ${unit}` : '';
  if (typeof min === 'number' && typeof max === 'number') return `${min} to ${max}${ofUnit}.`;
  if (typeof min === 'number') return `At least ${min}${ofUnit}.`;
  if (typeof max === 'number') return `At most ${max}${ofUnit}.`;
  return ofUnit === '' ? undefined : `In${ofUnit}.`;
}

function unitOf({ unit }: Options): string | undefined {
  return unit === 'kelvin' ? 'K' : undefined;
}

/** A union of what may be chosen; with `custom_value`, any other text as well, which an editor suggests none of. */
function choiceOf({ options, custom_value: custom }: Options): string {
  const list: readonly unknown[] = Array.isArray(options) ? options : [];
  const values = list.map((option) => literalOf(isOptions(option) ? option['value'] : option) ?? 'unknown');
  if (values.length === 0) return 'string';
  const union = [...new Set(values)].toSorted().join(' | ');
  return custom === true ? `${union} | (string & {})` : union;
}

function objectOf(fields: unknown): string {
  if (!isOptions(fields)) return 'unknown';
  const members = Object.entries(fields).map(([name, field]) => {
    const { required, selector } = isOptions(field) ? field : {};
    const { type } = selectorType(isOptions(selector) ? selector : undefined);
    return required === true ? `readonly ${keyOf(name)}: ${type}` : `readonly ${keyOf(name)}?: ${type} | undefined`;
  });
  return `{ ${members.join('; ')} }`;
}

function literalOf(value: unknown): string | undefined {
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A text as a literal. It comes from a home: nothing in it may end the literal. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return `'${escaped.replaceAll("'", "\\'")}'`;
}

/** A name as the key of an object type. */
export function keyOf(name: string): string {
  return /^[a-z_$][\w$]*$/i.test(name) ? name : quoted(name);
}

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

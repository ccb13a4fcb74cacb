import { InvalidArgument } from '../../kernel/errors.ts';
import type { Selection } from '../subscriptions/state-types.ts';

/** A selection as it is worked with. What is not named does not count. */
export interface Choice {
  readonly domain?: ReadonlySet<string>;
  readonly area?: ReadonlySet<string>;
  readonly floor?: ReadonlySet<string>;
  readonly label?: ReadonlySet<string>;
  readonly device?: ReadonlySet<string>;
  readonly deviceClass?: ReadonlySet<string>;
  readonly integration?: ReadonlySet<string>;
  /** It says where entities are or what they belong to. */
  readonly placed: boolean;
  /** Only the registries can tell what it means. */
  readonly registered: boolean;
  /** In the words in which it was given. */
  readonly words: string;
}

/** What a selection may name. */
const SELECTION_KEYS: readonly (keyof Selection)[] = [
  'domain',
  'area',
  'floor',
  'label',
  'device',
  'device_class',
  'integration',
];

/** Whether an object is a selection by its keys, one of which is enough. */
export function isSelection(value: object): value is Selection {
  return SELECTION_KEYS.some((key) => key in value);
}

/**
 * Reads a selection.
 *
 * @throws InvalidArgument where it names something that is not known, or nothing.
 */
export function readSelection(selection: object, method: string): Choice {
  for (const key of Object.keys(selection)) {
    if (SELECTION_KEYS.some((known) => known === key)) continue;
    throw new InvalidArgument(`${method} was given a selection by "${key}", which is not known`, {
      hint: `It can be by ${SELECTION_KEYS.join(', ')}.`,
    });
  }
  const given = Object.entries(selection).filter(([, value]) => value !== undefined);
  if (given.length === 0) {
    throw new InvalidArgument(`${method} was given a selection that selects nothing`, {
      hint: "Write { domain: 'light' } or { area: 'kitchen' }.",
    });
  }
  const sets = new Map(given.map(([key, value]) => [key, idsOf(key, value, method)]));
  const set = (key: keyof Selection): ReadonlySet<string> | undefined => sets.get(key);
  const [domain, area, floor, label] = [set('domain'), set('area'), set('floor'), set('label')];
  const [device, deviceClass, integration] = [set('device'), set('device_class'), set('integration')];
  const placed = (area ?? floor ?? label ?? device) !== undefined;
  return {
    ...(domain && { domain }),
    ...(area && { area }),
    ...(floor && { floor }),
    ...(label && { label }),
    ...(device && { device }),
    ...(deviceClass && { deviceClass }),
    ...(integration && { integration }),
    placed,
    registered: placed || integration !== undefined,
    words: given.map(([key]) => `${key} ${[...(sets.get(key) ?? [])].join(' or ')}`).join(', '),
  };
}

function idsOf(key: string, value: unknown, method: string): ReadonlySet<string> {
  const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = ids.filter((id): id is string => typeof id === 'string' && id !== '');
  if (
    texts.length === ids.length &&
    texts.length > 0 &&
    (key !== 'domain' || texts.every((id) => /^[\da-z_]+$/.test(id)))
  )
    return new Set(texts);
  throw new InvalidArgument(`${method} was given a selection whose "${key}" is no ${key.replace('_', ' ')}`, {
    hint: `Write an id (${key}: '${EXAMPLES[key] ?? 'kitchen'}') or a list of them.`,
  });
}

const EXAMPLES: Readonly<Record<string, string>> = {
  domain: 'light',
  floor: 'ground_floor',
  label: 'night',
  device_class: 'motion',
  integration: 'hue',
};

import { nearest } from '../kernel/nearest.ts';
import { isSecret, placeAt, type Place } from './place.ts';
import { isTree, valueAt, type Tree } from './tree.ts';

/** One variable that says something about the configuration. */
export interface Setting {
  readonly variable: string;
  readonly path: readonly string[];
  /** Whether the variable names a file that holds the value (`…_FILE`). */
  readonly fromFile: boolean;
  readonly text: string;
}

export interface UnknownVariable {
  readonly variable: string;
  readonly nearest: string | undefined;
}

export interface VariablesRead {
  readonly settings: readonly Setting[];
  readonly unknown: readonly UnknownVariable[];
}

const prefix = 'HASSETTE_';

/** `OFF_AFTER`, `off-after` and `offAfter` are one name. */
function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function upperCase(key: string): string {
  return key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

/** The name of the variable that sets a place, as in `HASSETTE_LOGGING__LEVEL`. */
export function variableFor(path: readonly string[]): string {
  return prefix + path.map(upperCase).join('__');
}

function knownKey(segment: string, place: Place, here: unknown): string | undefined {
  const keys = place.keys ?? (isTree(here) ? Object.keys(here) : []);
  return keys.find((key) => plain(key) === plain(segment));
}

/** The path that a variable's name means, or what is nearest to it. */
function resolve(
  name: string,
  schema: Tree,
  below: Tree,
): Pick<Setting, 'path' | 'fromFile'> | { nearest: string | undefined } {
  const path: string[] = [];
  const segments = name.split('__');
  for (const [index, segment] of segments.entries()) {
    const place = placeAt(schema, path);
    if (place === undefined || segment === '' || !(place.free || place.holdsSettings)) return { nearest: undefined };
    const here = valueAt(below, path);
    const bare = segment.replace(/_FILE$/, '');
    const namesFile = index === segments.length - 1 && bare !== segment && bare !== '';
    const key = knownKey(segment, place, here);
    if (key !== undefined) {
      path.push(key);
      continue;
    }
    // Names of homes and apps are a person's own; what lies in an app's configuration is spelled as code is.
    const inAppConfig = placeAt(schema, [...path, segment])?.free === true;
    const nameOf = (text: string): string => (inAppConfig ? camelCase(text) : text.toLowerCase());
    if (namesFile) {
      const secretKey = knownKey(bare, place, here) ?? (place.keys === undefined ? nameOf(bare) : undefined);
      if (secretKey !== undefined && isSecret(schema, [...path, secretKey]))
        return { path: [...path, secretKey], fromFile: true };
    }
    if (place.keys !== undefined) {
      const meant = nearest(segment, place.keys.map(upperCase));
      return {
        nearest:
          meant === undefined
            ? undefined
            : prefix + [...path.map(upperCase), meant, ...segments.slice(index + 1)].join('__'),
      };
    }
    path.push(nameOf(segment));
  }
  return { path, fromFile: false };
}

/**
 * Finds the settings among environment variables. `HASSETTE_LOGGING__LEVEL` is `logging.level`: two underscores lead a
 * level down, and a name may be written with underscores for its capitals.
 *
 * Empty variables count as unset, since Compose passes on those that are not there in this way. A name that fits
 * nothing is told only where it nests or is close to one that does: Kubernetes puts `HASSETTE_PORT` and its like into
 * every container beside a service of this name.
 *
 * @param below - what the sources of lower precedence say, in whose names a name is recognised.
 */
export function readVariables(
  variables: Readonly<Record<string, string | undefined>>,
  schema: Tree,
  below: Tree,
): VariablesRead {
  const settings: Setting[] = [];
  const unknown: UnknownVariable[] = [];
  for (const [variable, text] of Object.entries(variables).toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    if (!variable.startsWith(prefix) || text === undefined || text === '') continue;
    const name = variable.slice(prefix.length);
    const meaning = resolve(name, schema, below);
    if ('path' in meaning) settings.push({ variable, text, ...meaning });
    else if (name.includes('__') || meaning.nearest !== undefined) unknown.push({ variable, nearest: meaning.nearest });
  }
  return { settings, unknown };
}

import { isSecret, placeAt, readText } from './place.ts';
import { mapValues, type Path, type Tree } from './tree.ts';

/** What is known of a variable that a file names. */
export interface Variable {
  readonly text: string;
  /** Whether the text came from a file of its own (`NAME_FILE`), and so is a secret. */
  readonly fromFile: boolean;
}

export interface Interpolated {
  readonly tree: Tree;
  readonly unset: readonly { readonly variable: string; readonly path: Path }[];
  /** Texts that may not be shown. */
  readonly secrets: readonly string[];
}

const onlyReference = /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}$/;
const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** The names of the variables that a tree asks for. */
export function referencedVariables(tree: Tree): ReadonlySet<string> {
  const names = new Set<string>();
  mapValues(tree, (value) => {
    if (typeof value === 'string')
      for (const [, name] of value.matchAll(reference)) if (name !== undefined) names.add(name);
    return value;
  });
  return names;
}

/**
 * Puts variables into the texts of a file: `${NAME}`, `${NAME:-default}`, and `$${` for a plain `${`. It works on
 * parsed values, so that nothing in a variable can change the shape of the file. A value that is nothing but one
 * reference becomes a number or a list where its place takes one.
 */
export function interpolate(tree: Tree, schema: Tree, lookUp: (name: string) => Variable | undefined): Interpolated {
  const unset: { variable: string; path: Path }[] = [];
  const secrets: string[] = [];
  const replaced = mapValues(tree, (value, path) => {
    if (typeof value !== 'string' || !value.includes('${')) return value;
    const text = value.replaceAll(reference, (match, name: string | undefined, byDefault: string | undefined) => {
      if (name === undefined) return '${';
      const variable = lookUp(name);
      if (variable !== undefined && (variable.fromFile || isSecret(schema, [name]))) secrets.push(variable.text);
      const found = variable?.text ?? byDefault;
      if (found === undefined) unset.push({ variable: name, path });
      return found ?? match;
    });
    const place = placeAt(schema, path);
    return onlyReference.test(value) && place !== undefined ? readText(text, place) : text;
  });
  return { tree: replaced, unset, secrets };
}

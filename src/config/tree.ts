/** Where something stands in a configuration: keys, and indexes of lists. */
export type Path = readonly (string | number)[];

/** A configuration as a source gives it, before it is checked. */
export type Tree = { readonly [key: string]: unknown };

/** Plain objects only: a Date, which TOML has, is a value. */
export function isTree(value: unknown): value is Tree {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** `['apps', 'hall', 'config', 'lights', 0]` is `apps.hall.config.lights[0]` in messages. */
export function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}

function childOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce(childOf, tree);
}

/** The tree with one value put in; what lies on the way and is no tree itself gives way to one. */
export function withValue(tree: Tree, path: readonly string[], value: unknown): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const child = Object.hasOwn(tree, key) ? tree[key] : undefined;
  return { ...tree, [key]: rest.length === 0 ? value : withValue(isTree(child) ? child : {}, rest, value) };
}

/** Both trees in one; where both have a value, the upper one's counts. Lists are taken whole. */
export function merge(lower: Tree, upper: Tree): Tree {
  const merged: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    const below = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isTree(below) && isTree(value) ? merge(below, value) : value;
  }
  return merged;
}

/** The tree with every value that is neither tree nor list replaced by what `change` makes of it. */
export function mapValues(tree: Tree, change: (value: unknown, path: Path) => unknown): Tree {
  const visit = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]));
    return isTree(value) ? visitTree(value, path) : change(value, path);
  };
  const visitTree = (from: Tree, path: Path): Tree =>
    Object.fromEntries(Object.entries(from).map(([key, value]) => [key, visit(value, [...path, key])]));
  return visitTree(tree, []);
}

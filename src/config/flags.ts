import { resolve } from 'node:path';
import type { Layer } from './layer.ts';
import { withValue, type Tree } from './tree.ts';

/** What the command line says; it counts above all else. */
export interface Flags {
  /** A configuration file, or the folder to look in. */
  readonly config?: string | undefined;
  readonly apps?: string | undefined;
  readonly data?: string | undefined;
  readonly logLevel?: string | undefined;
  /** Use simulated homes in place of the configured ones, whose variables need not be set then. */
  readonly simulate?: boolean | undefined;
  /** Start these apps only. */
  readonly only?: readonly string[] | undefined;
}

const flagOf: Readonly<Record<string, string>> = {
  'paths.apps': '--apps',
  'paths.data': '--data',
  'logging.level': '--log-level',
};

/** The layer that the command line makes; `homes` are the names of those to simulate. */
export function flagLayer(flags: Flags, folder: string, homes: readonly string[]): Layer {
  let tree: Tree = {};
  const set = (path: readonly string[], value: unknown): void => {
    if (value !== undefined) tree = withValue(tree, path, value);
  };
  set(['paths', 'apps'], flags.apps === undefined ? undefined : resolve(folder, flags.apps));
  set(['paths', 'data'], flags.data === undefined ? undefined : resolve(folder, flags.data));
  set(['logging', 'level'], flags.logLevel);
  for (const home of homes) set(['homes', home], 'simulated');
  return { tree, originOf: (path) => ({ kind: 'command line', flag: flagOf[path.join('.')] ?? '--simulate' }) };
}

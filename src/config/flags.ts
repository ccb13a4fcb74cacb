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
  /** A recording that the simulated homes begin as. */
  readonly home?: string | undefined;
  /** Start these apps only. */
  readonly only?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly speed?: number | undefined;
  readonly start?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

interface FlagPlace {
  readonly flag: string;
  readonly path: readonly string[];
  readonly value: (flags: Flags, folder: string) => unknown;
}

const places: readonly FlagPlace[] = [
  { flag: '--apps', path: ['paths', 'apps'], value: ({ apps }, folder) => apps && resolve(folder, apps) },
  { flag: '--data', path: ['paths', 'data'], value: ({ data }, folder) => data && resolve(folder, data) },
  { flag: '--log-level', path: ['logging', 'level'], value: ({ logLevel }) => logLevel },
  { flag: '--home', path: ['simulate', 'home'], value: ({ home }, folder) => home && resolve(folder, home) },
  { flag: '--seed', path: ['simulate', 'seed'], value: ({ seed }) => seed },
  { flag: '--speed', path: ['simulate', 'speed'], value: ({ speed }) => speed },
  { flag: '--start', path: ['simulate', 'start'], value: ({ start }) => start },
  { flag: '--host', path: ['simulate', 'host'], value: ({ host }) => host },
  { flag: '--port', path: ['simulate', 'port'], value: ({ port }) => port },
];

/** The layer that the command line makes; `homes` are the names of those to simulate. */
export function flagLayer(flags: Flags, folder: string, homes: readonly string[]): Layer {
  let tree: Tree = {};
  for (const { path, value } of places) {
    const said = value(flags, folder);
    if (said !== undefined) tree = withValue(tree, path, said);
  }
  for (const home of homes) tree = withValue(tree, ['homes', home], 'simulated');
  return {
    tree,
    originOf: (path) => {
      const place = places.find((each) => each.path.join('.') === path.join('.'));
      return { kind: 'command line', flag: place?.flag ?? '--simulate' };
    },
  };
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSource, root, sourceFiles, type SourceFile } from './source-files.ts';

const below = ['kernel', 'storage', 'config', 'bus', 'scheduler', 'home-assistant'] as const;

/** Every room of `src/`, and what it may import beside itself. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  storage: ['kernel'],
  config: ['kernel'],
  bus: ['kernel'],
  scheduler: ['kernel', 'bus', 'storage'],
  'home-assistant': ['kernel', 'bus', 'storage'],
  rules: below,
  apps: [...below, 'rules'],
  contract: [],
  plugins: [...below, 'rules', 'apps', 'contract'],
  simulator: ['kernel', 'home-assistant/protocol'],
  runtime: [...below, 'rules', 'apps', 'contract', 'plugins', 'simulator'],
  testing: ['runtime', 'simulator', 'kernel', 'apps', 'storage'],
  cli: ['runtime', 'config', 'contract', 'simulator', 'kernel'],
  web: ['contract'],
};

/** The files beside the rooms: what the package's users import. */
const doors: Readonly<Record<string, readonly string[]>> = {
  'src/index.ts': [...below, 'rules', 'apps'],
  'src/plugin.ts': [...below, 'rules', 'apps', 'plugins'],
  'src/testing.ts': ['testing', 'simulator', 'kernel'],
  'src/vitest.ts': ['apps'],
};

/** Functions of their arguments: no I/O, no clock, no chance. */
const pure = [
  /^src\/bus\/conditions\.ts$/,
  /^src\/scheduler\/(triggers|phrase(-\w+)?|explanation|said-time|sun-(times|trigger|moment)|within|calendar-trigger|entity-time-trigger)\.ts$/,
  /^src\/home-assistant\/(domains|protocol)\//,
  /^src\/kernel\/(backoff|duration|nearest|resource-status|solar-position|time-of-day)\.ts$/,
  /^src\/config\/(address|interpolate|place|schema-problems|storage-address|tree|variables)\.ts$/,
];

const timeNames = [
  'Date.now',
  'Date()',
  'new Date()',
  'performance.now',
  'process.hrtime',
  'Temporal.Now',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'AbortSignal.timeout',
];

const topLevel = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'src',
  'apps',
  'config',
  'test',
  'docs',
  'bench',
  'Dockerfile',
  'compose.yaml',
  'README.md',
  'ROADMAP.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
];

const src = sourceFiles('src');
const samples = sourceFiles('apps');

function roomOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

function mayImport(file: string, imported: string): boolean {
  const room = roomOf(file);
  const allowed = doors[file] ?? (room === undefined ? [] : [...(rooms[room] ?? []), room]);
  return allowed.some((name) => imported.startsWith(`src/${name}/`));
}

function violations(files: readonly SourceFile[], wrong: (file: SourceFile) => readonly string[]): string[] {
  return files.flatMap((file) => wrong(file).map((what) => `${file.name}: ${what}`));
}

/** The groups of files that import each other in a circle (Tarjan's strongly connected components). */
function cycles(files: readonly SourceFile[]): string[][] {
  const known = new Map(files.map((file) => [file.name, file]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (name: string): number => {
    const index = order.size;
    let low = index;
    order.set(name, index);
    stack.push(name);
    for (const imported of known.get(name)?.imports ?? []) {
      if (!known.has(imported)) continue;
      if (!order.has(imported)) low = Math.min(low, visit(imported));
      else if (stack.includes(imported)) low = Math.min(low, order.get(imported) ?? low);
    }
    lowest.set(name, low);
    if (low === index) {
      const group = stack.splice(stack.indexOf(name));
      if (group.length > 1) found.push(group);
    }
    return low;
  };
  for (const name of known.keys()) if (!order.has(name)) visit(name);
  return found;
}

describe('the architecture', () => {
  it('is read from real files, and from all of them', () => {
    expect(src.length).toBeGreaterThan(100);
    expect(src.flatMap(({ imports }) => imports).length).toBeGreaterThan(300);
    expect(samples.length).toBeGreaterThan(4);
    const missing = violations(src, ({ imports }) =>
      imports.filter((name) => name.startsWith('src/') && !existsSync(join(root, name))),
    );
    expect(missing).toEqual([]);
  });

  it('sees imports of every kind', () => {
    const text = [
      "import type { A } from './a.ts'; import { type B } from './b.ts'; import './c.ts';",
      "export { d } from './d.ts'; export * from './e.ts'; export type { F } from './f.ts';",
      "type G = import('./g.ts').G; const h = await import('./h.ts'); import zod from 'zod';",
    ].join('\n');
    const names = readSource('src/bus/x.ts', text).imports;
    expect(names.toSorted()).toEqual(
      'abcdefgh'
        .split('')
        .map((letter) => `src/bus/${letter}.ts`)
        .concat('zod'),
    );
  });

  it('has the rooms of the table and no others', () => {
    const known = new Set([
      ...Object.keys(rooms),
      ...Object.keys(doors).map((door) => basename(door)),
      'tsconfig.json',
    ]);
    expect(readdirSync(join(root, 'src')).filter((name) => !known.has(name))).toEqual([]);
  });

  it('lets each room import only what the table says', () => {
    const wrong = violations(src, ({ name, imports }) =>
      imports.filter((each) => each.startsWith('src/') && !mayImport(name, each)),
    );
    expect(wrong).toEqual([]);
  });

  it('has no import that leaves src, and none of itself by the name users know', () => {
    const leaves = (name: string): boolean => /^(\.\.|apps|test|bench)\//.test(name) || /^hassette(\/|$)/.test(name);
    expect(violations(src, ({ imports }) => imports.filter(leaves))).toEqual([]);
  });

  it('has no cycles, of types neither', () => {
    expect(cycles(src)).toEqual([]);
    const circle = ['a', 'b', 'c'].map((name, at, all) =>
      readSource(`${name}.ts`, `import type {} from './${all[(at + 1) % 3]}.ts';`),
    );
    expect(cycles(circle)).toHaveLength(1);
  });

  it('has barrels at its doors only', () => {
    const barrels = src.filter(({ isBarrel, imports }) => isBarrel && imports.length > 0).map(({ name }) => name);
    expect(barrels.filter((name) => doors[name] === undefined)).toEqual([]);
  });

  it('has no file that is named after nothing', () => {
    const vague = /^(utils?|helpers?|common|misc|types|shared|index)\.ts$/;
    expect(
      src.map(({ name }) => name).filter((name) => vague.test(basename(name)) && doors[name] === undefined),
    ).toEqual([]);
  });

  it('takes its time from the clock', () => {
    const timed = [...src.filter(({ name }) => roomOf(name) !== 'kernel' && roomOf(name) !== 'web'), ...samples];
    expect(violations(timed, ({ uses }) => uses.filter((use) => timeNames.includes(use)))).toEqual([]);
    expect(
      violations(timed, ({ imports }) => imports.filter((name) => /^(node:)?timers(\/promises)?$/.test(name))),
    ).toEqual([]);
  });

  it('knows every name of time', () => {
    const text =
      'Date.now(); Date(); new Date(); performance.now(); process.hrtime.bigint(); Temporal.Now.instant(); AbortSignal.timeout(1); setTimeout(f); const wait = setInterval; globalThis.setImmediate(f);';
    expect(readSource('x.ts', text).uses.toSorted()).toEqual(timeNames.toSorted());
    const innocent =
      'new Date(0); clock.setTimeout(f); interface C { setTimeout(): void } const c = { setInterval: 1 };';
    expect(readSource('x.ts', innocent).uses).toEqual([]);
  });

  it('keeps what is pure pure', () => {
    for (const pattern of pure)
      expect(src.filter(({ name }) => pattern.test(name)).length, String(pattern)).toBeGreaterThan(0);
    const files = src.filter(({ name }) => pure.some((pattern) => pattern.test(name)));
    expect(violations(files, ({ uses }) => uses)).toEqual([]);
    expect(
      violations(files, ({ imports }) => imports.filter((name) => /^node:|^src\/kernel\/(.*-)?clock\.ts$/.test(name))),
    ).toEqual([]);
  });

  it('lets sample apps import what users do', () => {
    const own = violations(samples, ({ name, imports }) => {
      const allowed = name.endsWith('.test.ts')
        ? /^(apps\/|hassette(\/testing|\/vitest)?$|vitest$)/
        : /^(apps\/|hassette$)/;
      return imports.filter((each) => !allowed.test(each));
    });
    expect(own).toEqual([]);
  });

  it('has a tidy top level', () => {
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8')
      .split('\n')
      .map((line) => line.replace(/\/$/, ''));
    const holdsFiles = (name: string): boolean => readdirSync(join(root, name), { recursive: true }).length > 0;
    const entries = readdirSync(root, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && !ignored.includes(entry.name))
      .filter((entry) => !entry.name.endsWith('.tgz') && (entry.isFile() || holdsFiles(entry.name)));
    expect(entries.map(({ name }) => name).filter((name) => !topLevel.includes(name))).toEqual([]);
  });
});

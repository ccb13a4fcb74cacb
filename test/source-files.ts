import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync, Visitor, type Expression, type Program } from 'oxc-parser';

/** The project's folder. */
export const root = join(import.meta.dirname, '..');

/** A TypeScript file, as far as the architecture is concerned. */
export interface SourceFile {
  /** From the project's folder, with slashes. */
  readonly name: string;
  /** Everything it imports or re-exports: for types only, dynamically and by `import('…').Type` too. */
  readonly imports: readonly string[];
  /** Names of time and chance that it uses, as in `Date.now`. */
  readonly uses: readonly string[];
  /** Whether it does nothing but pass on what others export. */
  readonly isBarrel: boolean;
}

const globalNames = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const memberNames = new Set([
  'Date.now',
  'performance.now',
  'process.hrtime',
  'Temporal.Now',
  'AbortSignal.timeout',
  'Math.random',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

function nameOf(node: Expression): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined;
}

function usesOf(program: Program): string[] {
  const found: string[] = [];
  const references = new Map<number, string>();
  /** Where such a name is the key of something, and no reference to the global. */
  const keys = new Set<number>();
  new Visitor({
    Identifier: (node) => {
      if (globalNames.has(node.name)) references.set(node.start, node.name);
    },
    MemberExpression: (node) => {
      if (node.computed || node.property.type !== 'Identifier') return;
      const object = nameOf(node.object);
      const member = `${object}.${node.property.name}`;
      if (object !== 'globalThis') keys.add(node.property.start);
      if (memberNames.has(member)) found.push(member);
    },
    Property: (node) => void keys.add(node.key.start),
    MethodDefinition: (node) => void keys.add(node.key.start),
    PropertyDefinition: (node) => void keys.add(node.key.start),
    TSMethodSignature: (node) => void keys.add(node.key.start),
    TSPropertySignature: (node) => void keys.add(node.key.start),
    CallExpression: (node) => {
      if (nameOf(node.callee) === 'Date') found.push('Date()');
    },
    NewExpression: (node) => {
      if (nameOf(node.callee) === 'Date' && node.arguments.length === 0) found.push('new Date()');
    },
  }).visit(program);
  return [...found, ...[...references].filter(([start]) => !keys.has(start)).map(([, name]) => name)];
}

function importsInside(program: Program): string[] {
  const found: string[] = [];
  new Visitor({
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') found.push(source.value);
    },
    TSImportType: ({ source }) => void found.push(source.value),
  }).visit(program);
  return found;
}

/** `./x.ts` as seen from a file is a file; anything else is a package's name. */
function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(from), specifier)) : specifier;
}

export function readSource(name: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(name, text);
  if (errors.length > 0) throw new Error(`${name} cannot be parsed: ${errors[0]?.message}`);
  const reExports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
  );
  const specifiers = [
    ...module.staticImports.map((each) => each.moduleRequest.value),
    ...reExports,
    ...importsInside(program),
  ];
  return {
    name,
    imports: [...new Set(specifiers)].map((specifier) => resolve(name, specifier)),
    uses: usesOf(program),
    isBarrel: program.body.every(
      (node) => /^Export(All|Named)Declaration$/.test(node.type) && 'source' in node && node.source !== null,
    ),
  };
}

/** All TypeScript files in a folder of the project, fixtures left out. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((name) => !/\/(fixtures|cases|node_modules)\//.test(name))
    .map((name) => readSource(name, readFileSync(join(root, name), 'utf8')));
}

import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { root } from '../source-files.ts';
import { type CodeBlock, codeBlocks } from './pages.ts';

/** What the package's users import. */
const doors = { hassette: 'src/index.ts', 'hassette/testing': 'src/testing.ts', 'hassette/vitest': 'src/vitest.ts' };

/** A name that a door exports. */
interface DoorExport {
  readonly name: string;
  readonly isType: boolean;
  /** The file that declares it; missing where that is a package. */
  readonly file: string | undefined;
}

function exportsOf(door: keyof typeof doors): readonly DoorExport[] {
  const file = doors[door];
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  return module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName, isType, moduleRequest }) => {
      const from = moduleRequest?.value;
      const isPackage = from !== undefined && !from.startsWith('.');
      const declaredIn = from === undefined ? file : relative(root, join(root, dirname(file), from));
      return { name: exportName.name ?? '', isType, file: isPackage ? undefined : declaredIn };
    }),
  );
}

/** A line that imports everything that a door exports. */
export function importAll(door: keyof typeof doors): string {
  const names = exportsOf(door).map(({ name, isType }) => (isType ? `type ${name}` : name));
  return `import { ${names.join(', ')} } from '${door}';`;
}

/** The examples in the documentation of everything that the doors export, members included. */
export function documentedExamples(): readonly CodeBlock[] {
  const declared = Object.keys(doors).flatMap((door) => exportsOf(door as keyof typeof doors));
  const byFile = Map.groupBy(declared, ({ file }) => file);
  return [...byFile].flatMap(([file, names]) =>
    file === undefined ? [] : examplesIn(file, new Set(names.map(({ name }) => name))),
  );
}

function examplesIn(file: string, names: ReadonlySet<string>): readonly CodeBlock[] {
  const text = readFileSync(join(root, file), 'utf8');
  const { program, comments } = parseSync(file, text);
  const declarations = program.body.filter(
    (node) => node.type === 'ExportNamedDeclaration' && declaredNames(node.declaration).some((name) => names.has(name)),
  );
  const documentation = comments.filter(
    ({ type, value, start, end }) =>
      type === 'Block' &&
      value.startsWith('*') &&
      declarations.some(
        (node) => (node.start <= start && end <= node.end) || /^\s*$/.test(text.slice(end, Math.max(end, node.start))),
      ),
  );
  return documentation.flatMap(({ value, start }) => {
    const example = value.replaceAll(/^ *\* ?/gm, '');
    return codeBlocks({ file, text: example }, text.slice(0, start).split('\n').length);
  });
}

function declaredNames(declaration: unknown): readonly string[] {
  if (typeof declaration !== 'object' || declaration === null) return [];
  if ('declarations' in declaration && Array.isArray(declaration.declarations)) {
    return declaration.declarations.flatMap(declaredNames);
  }
  if (!('id' in declaration)) return [];
  const { id } = declaration;
  return typeof id === 'object' && id !== null && 'name' in id && typeof id.name === 'string' ? [id.name] : [];
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Visitor, parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../src/config/json-schema.ts';
import { isTree, type Tree } from '../src/config/tree.ts';
import { run } from './cli/command-line.ts';
import { root, sourceFiles } from './source-files.ts';

function text(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The first cells of all rows of all tables, and the others. */
function rows(markdown: string): readonly (readonly string[])[] {
  return [...markdown.matchAll(/^\| (`.*) \|$/gm)].map(([, cells]) =>
    (cells ?? '').split(' | ').map((cell) => cell.trim()),
  );
}

describe('docs/errors.md', () => {
  /** Whatever is called `code` and has the form of one: of a class, of plain data, as a default. */
  function codesIn(name: string): string[] {
    const found: string[] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      if (
        'type' in node &&
        node.type === 'Literal' &&
        'value' in node &&
        /^[A-Z]+(_[A-Z]+)*$/.test(String(node.value))
      ) {
        found.push(String(node.value));
      } else {
        for (const child of Object.values(node)) visit(child);
      }
    };
    const isCode = (key: { readonly type: string; readonly name?: unknown }): boolean =>
      key.type === 'Identifier' && key.name === 'code';
    new Visitor({
      PropertyDefinition: ({ key, value }) => (isCode(key) ? visit(value) : undefined),
      Property: ({ key, value }) => (isCode(key) ? visit(value) : undefined),
      VariableDeclarator: ({ id, init }) => (isCode(id) ? visit(init) : undefined),
    }).visit(parseSync(name, text(name)).program);
    return found;
  }

  const codes = sourceFiles('src').flatMap(({ name }) => codesIn(name));
  const sections = text('docs/errors.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => ({
      code: /^`([A-Z_]+)`\n/.exec(section)?.[1] ?? section.split('\n', 1)[0],
      words: section.split(/\s+/).length,
    }));

  it('has a section for each code of an error, and for no other', () => {
    expect(codes.length).toBeGreaterThan(40);
    expect(sections.map(({ code }) => String(code)).toSorted()).toEqual([...new Set(codes)].toSorted());
  });

  it('says something of each', () => {
    expect(sections.filter(({ words }) => words < 15)).toEqual([]);
  });
});

describe('docs/reference/configuration.md', () => {
  function settings(node: Tree, path: string): [string, Tree][] {
    const branches = Array.isArray(node['anyOf']) ? node['anyOf'].filter(isTree) : [node];
    return branches.flatMap((branch) => {
      const properties = isTree(branch['properties']) ? Object.entries(branch['properties']) : [];
      const named = isTree(branch['additionalProperties'])
        ? settings(branch['additionalProperties'], `${path}NAME.`)
        : [];
      const own = properties.flatMap(([key, child]): [string, Tree][] =>
        isTree(child) ? [[path + key, child], ...settings(child, `${path}${key}.`)] : [],
      );
      return [...own, ...named];
    });
  }

  it('lists each setting with its default, as the schema has it', () => {
    const all = settings(jsonSchema(), '');
    const leaves = all.filter(([path]) => !all.some(([other]) => other.startsWith(`${path}.`)));
    const expected = leaves.map(([path, { default: byDefault, description }]) => {
      const shown = typeof byDefault === 'string' ? byDefault : JSON.stringify(byDefault);
      return [`\`${path}\``, shown === undefined ? '' : `\`${shown}\``, description];
    });
    expect(rows(text('docs/reference/configuration.md'))).toEqual(expected);
  });
});

describe('docs/reference/command-line.md', () => {
  const reference = text('docs/reference/command-line.md');

  it.each(['run', 'check', 'doctor', 'simulate', 'init', 'status', 'schema'])(
    'lists the options of %s',
    async (command) => {
      const { printed } = await run([command, '--help']);
      const options = [...printed.matchAll(/^ {2}(?:-\w, )?(--[\w-]+(?: <\w+>| \[\w+\])?)/gm)].map(
        ([, option]) => `\`${option}\``,
      );
      const section = reference.split(`## hassette ${command}\n`)[1]?.split('\n## ', 1)[0] ?? '';
      const listed = rows(section).map(([option]) => option);
      expect(listed).toEqual(options.filter((option) => option !== '`--help`'));
    },
  );

  it('lists every command', async () => {
    const { printed } = await run(['--help']);
    const commands = [...printed.matchAll(/^ {2}([a-z]+) .*/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    expect([...reference.matchAll(/^## hassette ([a-z]+)$/gm)].map(([, name]) => name)).toEqual(commands);
  });
});

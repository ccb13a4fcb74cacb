import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { givenFolder } from '../config/given-folder.ts';

const root = join(import.meta.dirname, '../..');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a bin.cjs under this Node, which takes itself for another if a version is given. */
async function runBin(file: string, args: readonly string[], version?: string): Promise<Ended> {
  const disguise =
    version === undefined ? '' : `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
  const script = `${disguise} process.argv.splice(1, 0, ${JSON.stringify(file)}); require(${JSON.stringify(file)});`;
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script, '--', ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'stdout' in error && 'stderr' in error) {
      return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
    }
    throw error;
  }
}

/** The package as npm installs it, with another place that it came from. */
async function installed(resolved: string | undefined): Promise<{ folder: string; bin: string }> {
  const folder = await givenFolder({
    'node_modules/hassette/package.json': JSON.stringify({ version: '0.1.0' }),
    'node_modules/hassette/dist/cli/main.js':
      'exports.main = (args, { installSpec }) => console.log(JSON.stringify([args, installSpec()]));',
  });
  const own = join(folder, 'node_modules/hassette/src/cli');
  await mkdir(own, { recursive: true });
  await cp(join(root, 'src/cli/bin.cjs'), join(own, 'bin.cjs'));
  const lock = { packages: { 'node_modules/hassette': resolved === undefined ? {} : { resolved } } };
  await writeFile(join(folder, 'node_modules/.package-lock.json'), JSON.stringify(lock));
  return { folder, bin: join(own, 'bin.cjs') };
}

describe('bin.cjs', () => {
  const source = join(root, 'src/cli/bin.cjs');

  it('is of a syntax that any Node reads', () => {
    const { program } = parseSync('bin.cjs', readFileSync(source, 'utf8'));
    const modern: string[] = [];
    const note = ({ type }: { readonly type: string }): void => void modern.push(type);
    new Visitor({
      ArrowFunctionExpression: note,
      TemplateLiteral: note,
      ClassDeclaration: note,
      ImportExpression: note,
      ChainExpression: note,
      SpreadElement: note,
      AwaitExpression: note,
      ForOfStatement: note,
      VariableDeclaration: (node) => {
        if (node.kind !== 'var') note({ type: node.kind });
      },
      LogicalExpression: ({ operator }) => {
        if (operator === '??') note({ type: operator });
      },
    }).visit(program);
    expect(modern).toEqual([]);
  });

  it('starts the sources in a checkout', async () => {
    expect(await runBin(source, ['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  it('names the way out on an older Node', async () => {
    const { folder, bin } = await installed('file:../tarballs/hassette-0.1.0.tgz');
    const { code, stdout, stderr } = await runBin(bin, ['run'], '20.20.2');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      [
        'hassette needs Node 26, this is 20.20.2; let npm bring it along, in a folder of your own:',
        '',
        `  npm init -y && npm i node@26 ${join(folder, '../tarballs/hassette-0.1.0.tgz')}`,
        '  npx hassette init home',
        '',
      ].join('\n'),
    );
  });

  it('names the registry where it came from there', async () => {
    const { bin } = await installed(undefined);
    expect((await runBin(bin, [], '18.0.0')).stderr).toContain('npm init -y && npm i node@26 hassette\n');
  });

  it('says how the right Node is taken where it lies beside it', async () => {
    const { folder, bin } = await installed(undefined);
    await mkdir(join(folder, 'node_modules/node/bin'), { recursive: true });
    await writeFile(join(folder, 'node_modules/node/bin/node'), '');
    expect((await runBin(bin, ['run', '--simulate'], '20.20.2')).stderr).toContain('  npx hassette run --simulate\n');
  });

  it.each([
    ['file:../hassette-0.1.0.tgz', (folder: string) => `file:${join(folder, '../hassette-0.1.0.tgz')}`],
    [undefined, () => '^0.1.0'],
    ['https://registry.example.org/hassette-0.1.0.tgz', () => '^0.1.0'],
    ['git+ssh://git@example.org/hassette.git#0a1b2c', () => 'git+ssh://git@example.org/hassette.git#0a1b2c'],
  ])('knows that it was installed from %s', async (resolved, spec) => {
    const { folder, bin } = await installed(resolved);
    const { stdout } = await runBin(bin, ['init', 'home']);
    expect(JSON.parse(stdout)).toEqual([['init', 'home'], spec(folder)]);
  });
});

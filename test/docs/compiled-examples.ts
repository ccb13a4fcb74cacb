import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../source-files.ts';
import { importAll } from './doors.ts';
import type { CodeBlock } from './pages.ts';

/**
 * What a fragment finds around itself, beside all that the doors export: an app with a configuration of the kind that
 * most examples have, and in a test `t`.
 */
const AROUND_FRAGMENTS = `
import { expect } from 'vitest';
import { MotionLight } from './motion-light.ts';
const Config = z.object({ motion: entityId('binary_sensor'), light: entityId('light'), offAfter: duration() });
declare const t: AppUnderTest<MotionLight>;`.replaceAll('\n', ' ');

/** Compiles examples, all in one run, and gives what is wrong with them: `docs/page.md:12: what`. */
export async function compile(blocks: readonly CodeBlock[]): Promise<readonly string[]> {
  // Beneath node_modules, where packages are found and no tool of the project looks.
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'docs-'));
  try {
    const files = blocks.map((block, index) => ({ name: `example-${index}.ts`, ...fileOf(block), block }));
    await Promise.all([
      writeFile(join(folder, 'tsconfig.json'), JSON.stringify(compilerOptions)),
      ...(await samples()).map((name) => writeFile(join(folder, name), `export * from '${root}/apps/${name}';`)),
      ...files.map(({ name, text }) => writeFile(join(folder, name), text)),
    ]);
    const output = await runCompiler(folder);
    const problems = output.split('\n').filter((line) => /^\S.*error TS/.test(line));
    return problems.map((problem) => {
      const [, name, line, message] = /([^/\\]+\.ts)\((\d+),\d+\): error TS\d+: (.*)$/.exec(problem) ?? [];
      const found = files.find((each) => each.name === name);
      if (found === undefined) return problem;
      return `${found.block.file}:${found.block.line + Number(line) - 1 - found.linesBefore}: ${message}`;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const compilerOptions = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: {
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    paths: {
      hassette: [join(root, 'src/index.ts')],
      'hassette/testing': [join(root, 'src/testing.ts')],
      'hassette/vitest': [join(root, 'src/vitest.ts')],
    },
  },
  include: ['*.ts'],
  exclude: [],
};

/** A block with imports is a module. One with exports is a module that imports everything; any other is a method's body. */
function fileOf({ text }: CodeBlock): { readonly text: string; readonly linesBefore: number } {
  if (/^import /m.test(text)) return { text, linesBefore: 0 };
  const imports = `${importAll('hassette')} ${importAll('hassette/testing')}`;
  if (/^(export |declare )/m.test(text)) return { text: `${imports}\n${text}`, linesBefore: 1 };
  const begin = `${imports} ${AROUND_FRAGMENTS}\nexport class Example extends App.with(Config) { async example() {`;
  return { text: `${begin}\n${text}\n} }`, linesBefore: 2 };
}

async function samples(): Promise<readonly string[]> {
  const names = await readdir(join(root, 'apps'));
  return names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
}

/** That it finds errors is no failure of the compiler. */
function runCompiler(folder: string): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '--project', folder, '--pretty', 'false'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && stdout === '') reject(new Error(`The compiler did not run: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

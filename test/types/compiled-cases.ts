import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { root } from '../source-files.ts';

/** Something that the compiler said, or was to say. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The last line of the message: the one that says what is really wrong. */
  readonly message: string;
}

const folder = join(root, 'test/types/cases');
const FIRST_LINE = /^(\S+)\((\d+),(\d+)\): error TS\d+: (.*)$/;

export function caseFiles(): readonly string[] {
  return readdirSync(folder).filter((file) => file.endsWith('.ts'));
}

/**
 * What the cases are to be told: a comment that points with `^` at the place above it.
 *
 * ```ts
 * bus.onStateChange('light.kitchen', { to: 'onn' }, done);
 * //                                   ^ Type '"onn"' is not assignable to …
 * ```
 */
export function expectedIn(file: string): readonly Diagnostic[] {
  const expected: Diagnostic[] = [];
  let line = 0;
  for (const [index, text] of readFileSync(join(folder, file), 'utf8').split('\n').entries()) {
    const pointed = /^(\s*\/\/\s*)\^ (.*)$/.exec(text);
    if (pointed === null) line = index + 1;
    else expected.push({ file, line, column: (pointed[1] ?? '').length + 1, message: pointed[2] ?? '' });
  }
  return expected;
}

/** What the compiler says of all cases, in one run. */
export async function compileCases(): Promise<readonly Diagnostic[]> {
  const output = await run(['--project', folder, '--noEmit', '--pretty', 'false']);
  // What is wrong in the sources themselves is told by the check of all types.
  const found: { file: string; line: number; column: number; message: string }[] = [];
  for (const text of output.split('\n')) {
    const first = FIRST_LINE.exec(text);
    const last = found.at(-1);
    if (first !== null) {
      const [, path = '', line, column, message = ''] = first;
      found.push({ file: relative(folder, resolve(root, path)), line: Number(line), column: Number(column), message });
    } else if (text.startsWith(' ') && last !== undefined) {
      last.message = text.trim();
    } else if (text.trim() !== '') {
      throw new Error(`The compiler said something else: ${text}`);
    }
  }
  return found.filter(({ file }) => caseFiles().includes(file));
}

/** The compiler is a program of its own: it has no API. That it finds errors is no failure. */
function run(args: readonly string[]): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((settle, reject) => {
    execFile(
      process.execPath,
      [compiler, ...args],
      { cwd: root, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error !== null && stdout === '') reject(new Error(`The compiler did not run: ${stderr}`, { cause: error }));
        else settle(stdout);
      },
    );
  });
}

import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SourceLines } from '../../src/kernel/source-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-line-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'light.ts');
writeFileSync(file, "import { App } from 'hassette';\n\n  throw new Error('no');\n");

function failing(...frames: string[]): Error {
  const error = new Error('no');
  error.stack = ['Error: no', ...frames].join('\n');
  return error;
}

describe('SourceLines', () => {
  it.each([
    ['a file URL with a query', `    at Light.off (${pathToFileURL(file).href}?v=3:3:9)`],
    ['a path', `    at Light.off (${file}:3:9)`],
    ['an async frame', `    at async Light.off (${file}:3:9)`],
    ['a frame without a name', `    at ${file}:3:9`],
    ['an async one without a name', `    at async ${pathToFileURL(file).href}:3:9`],
    ['a frame with an alias', `    at Light.off [as run] (${file}:3:9)`],
    ['a constructor', `    at new Light (${file}:3:9)`],
  ])('reads %s', (_, frame) => {
    expect(new SourceLines().of(failing(frame))).toEqual({ file, line: 3, column: 9, text: "throw new Error('no');" });
  });

  it('finds the first frame that is neither ours, nor a package’s, nor Node’s', () => {
    const own = new URL('../../src/kernel/lane.ts', import.meta.url).href;
    const error = failing(
      '    at node:internal/timers:594:17',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
      `    at Object.parse (${folder}/node_modules/zod/index.js:1:1)`,
      `    at Lane.submit (${own}:10:5)`,
      '    at Array.forEach (<anonymous>)',
      `    at Light.off (${file}:3:9)`,
      `    at Light.on (${file}:1:1)`,
    );
    expect(new SourceLines().of(error)).toMatchObject({ file, line: 3 });
  });

  it('gives the place without the text where the file cannot be read', () => {
    expect(new SourceLines().of(failing(`    at f (${folder}/gone.ts:3:9)`))).toEqual({
      file: join(folder, 'gone.ts'),
      line: 3,
      column: 9,
      text: undefined,
    });
  });

  it('reads a file anew when it has changed', () => {
    const edited = join(folder, 'edited.ts');
    const lines = new SourceLines();
    const error = failing(`    at f (${edited}:1:1)`);
    writeFileSync(edited, 'before');
    expect(lines.of(error)?.text).toBe('before');
    writeFileSync(edited, 'after');
    utimesSync(edited, 1, 1);
    expect(lines.of(error)?.text).toBe('after');
  });

  it('knows nothing of what has no stack, or none of a person’s own', () => {
    const lines = new SourceLines();
    for (const thrown of [
      'a text',
      undefined,
      null,
      3,
      {},
      failing(),
      failing('    at node:fs:1:1'),
      failing('    at f (file://other-machine/x.ts:1:1)'),
    ]) {
      expect(lines.of(thrown)).toBeUndefined();
    }
  });

  it('can be told whose files are whose', () => {
    expect(new SourceLines((name) => !name.endsWith('light.ts')).of(failing(`    at f (${file}:3:9)`))).toBeUndefined();
  });
});

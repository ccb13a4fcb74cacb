import { execFile } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineWriter } from '../../src/kernel/line-writer.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hassette-log-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('LineWriter', () => {
  it('appends to its file, in order, making the folder', async () => {
    const path = join(folder, 'logs', 'hassette.log');
    for (const round of [0, 1]) {
      const writer = new LineWriter({ path });
      for (let line = 0; line < 100; line += 1) writer.write(`${round}:${line}\n`);
      await writer.close();
      expect(writer.lost).toBe(0);
    }
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines).toEqual([0, 1].flatMap((round) => Array.from({ length: 100 }, (_, line) => `${round}:${line}`)));
  });

  it('puts the file aside before it grows too large, and keeps so many', async () => {
    const path = join(folder, 'hassette.log');
    for (let line = 0; line < 10; line += 1) {
      const writer = new LineWriter({ path, maxBytes: 10, keep: 2 });
      writer.write(`line ${line}\n`);
      await writer.close();
    }
    expect((await readdir(folder)).toSorted()).toEqual(['hassette.log', 'hassette.log.1', 'hassette.log.2']);
    expect(await readFile(path, 'utf8')).toBe('line 9\n');
    expect(await readFile(`${path}.1`, 'utf8')).toBe('line 8\n');
    expect(await readFile(`${path}.2`, 'utf8')).toBe('line 7\n');
  });

  it('loses no line by it', async () => {
    const path = join(folder, 'hassette.log');
    const writer = new LineWriter({ path, maxBytes: 2000, keep: 50 });
    for (let line = 0; line < 2000; line += 1) {
      writer.write(`line ${line}\n`);
      if (line % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await writer.close();
    const numbers: number[] = [];
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(2000);
      for (const [, number] of (await readFile(join(folder, name), 'utf8')).matchAll(/line (\d+)\n/g))
        numbers.push(Number(number));
    }
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2000 }, (_, line) => line));
  });

  it('counts what it cannot write, and goes on once it can', async () => {
    const path = join(folder, 'in-the-way', 'hassette.log');
    await writeFile(join(folder, 'in-the-way'), 'a file where the folder should be');
    const writer = new LineWriter({ path });
    writer.write('1\n');
    writer.write('2\n');
    await expect.poll(() => writer.lost).toBe(2);
    await rm(join(folder, 'in-the-way'));
    writer.write('3\n');
    await writer.close();
    expect(writer.lost).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('3\n');
  });

  it.runIf(process.platform === 'linux')('never throws when the disk is full', async () => {
    const fd = openSync('/dev/full', 'w');
    const writer = new LineWriter(fd);
    writer.write('1\n');
    writer.write('2\n');
    await writer.close();
    closeSync(fd);
    expect(writer.lost).toBe(2);
  });

  it('takes nothing more once it is closed', async () => {
    const writer = new LineWriter({ path: join(folder, 'hassette.log') });
    await writer.close();
    writer.write('late\n');
    expect(writer.lost).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes what still waits when the process ends', async () => {
    const path = join(folder, 'hassette.log');
    const source = new URL('../../src/kernel/line-writer.ts', import.meta.url).href;
    const script = `
      import { LineWriter } from ${JSON.stringify(source)};
      const writer = new LineWriter({ path: ${JSON.stringify(path)} });
      for (let line = 0; line < 5; line += 1) writer.write(line + '\\n');
      process.exit(0);
    `;
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(await readFile(path, 'utf8')).toBe('0\n1\n2\n3\n4\n');
  });
});

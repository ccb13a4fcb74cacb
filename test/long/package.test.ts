import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideEnvironment } from './outside-environment.ts';

/**
 * What README tells a newcomer to do, from the packed package in an empty folder, on the Node of this machine (which
 * may be too old) and with nothing of this project on the PATH.
 */

const root = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

const environment = outsideEnvironment();

let folder = '';
let tarball = '';

async function shell(command: string, cwd: string): Promise<string> {
  const { stdout, stderr } = await exec('bash', ['-c', command], { cwd, env: environment, maxBuffer: 1e8 });
  return stdout + stderr;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hassette-package-'));
  await exec('npm', ['pack', '--pack-destination', folder], { cwd: root, maxBuffer: 1e8 });
  const [packed] = await readdir(folder);
  tarball = join(folder, packed ?? '');
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the packed package', () => {
  it('holds what runs, and no tests or sources', async () => {
    const names = (await shell(`tar tzf ${tarball}`, folder)).trim().split('\n');
    for (const name of [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/main.js',
      'dist/configuration.schema.json',
      'src/cli/bin.cjs',
      'LICENSE',
    ]) {
      expect(names).toContain(`package/${name}`);
    }
    expect(
      names.filter((name) => /\/(test|apps\/.*\.test|node_modules|bench)\//.test(name) || /[^d]\.ts$/.test(name)),
    ).toEqual([]);
  });

  it('names the way out where the Node of the machine is too old, and that way works', async () => {
    const machine = (await shell('node -v', folder)).trim();
    await shell(`mkdir first && cd first && npm init -y && npm i node@26 ${tarball}`, folder);
    const first = join(folder, 'first');
    if (Number.parseInt(machine.slice(1), 10) < 26) {
      const refused = await shell('node node_modules/hassette/src/cli/bin.cjs run; echo "exit $?"', first);
      expect(refused).toContain(`hassette needs Node 26, this is ${machine.slice(1)}`);
      expect(refused).toContain('exit 1');
    }
    expect((await shell('npx hassette --version', first)).trim()).toContain('0.');
    expect(await shell('npx hassette init home', first)).toContain('npx hassette run --simulate');
  });

  const home = () => join(folder, 'first/home');

  it('makes a folder that runs at once', async () => {
    expect(await shell('npx hassette check --simulate', home())).toContain('The configuration is right');
    // Not by npx: that ends by the signal itself, and takes the exit code with it.
    const daemon = spawn('../node_modules/.bin/hassette', ['run', '--simulate'], {
      cwd: home(),
      env: { ...environment, PATH: `${join(folder, 'first/node_modules/.bin')}${delimiter}${environment['PATH']}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => daemon.once('exit', resolve));
    let log = '';
    daemon.stdout.setEncoding('utf8');
    for await (const chunk of daemon.stdout) {
      log += String(chunk);
      if (log.includes('all quiet for 2m: light.hallway off')) break;
    }
    expect(log).toContain('somebody moves: light.hallway on');
    expect(await shell('npx hassette status', home())).toMatch(/hallway_light +running/);
    daemon.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('makes a folder whose tests and types are right after an install', async () => {
    await shell('npm install', home());
    const manifest: unknown = JSON.parse(await readFile(join(home(), 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ dependencies: { hassette: expect.stringMatching(/^file:.*\.tgz$/) } });
    expect(await shell('npm test', home())).toMatch(/1 passed/);
    await shell('npm run types', home());
    expect(await shell('npx hassette check --simulate', home())).toContain('The configuration is right');
  });
});

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideEnvironment } from './outside-environment.ts';

/**
 * The image, built and run without a Docker engine by two scripts: `build DOCKERFILE TAG` prints what it weighs, `run TAG
 * OPTIONS -- COMMAND` runs a command in it. Where they are not, and it is not CI that runs, this is left out.
 */
const root = join(import.meta.dirname, '../..');
const tools = resolve(root, process.env['CONTAINER_TOOLS'] ?? '../shared/container');
const wanted = process.env['CI'] !== undefined || existsSync(tools);
const tag = 'hassette:test';
/** What the daemon adds to its base image, at most. */
const LARGEST_MB = 50;

const exec = promisify(execFile);
const environment = outsideEnvironment();

function script(name: string, args: readonly string[]) {
  return exec(join(tools, name), [...args], { cwd: root, env: environment, maxBuffer: 1e8 });
}

const configuration = `
homes: { default: simulated }
simulate: { speed: 60, start: 2026-02-04T08:46 }
apps:
  hallway_light:
    class: MotionLight
    config: { motion: binary_sensor.hallway_motion, light: light.hallway, offAfter: 2m }
`;

/** Waits for the daemon as an orchestrator would, lets a minute of the demo pass, and stops it. */
const session = `
hassette run --config /config --apps /apps --data /data > /tmp/log 2>&1 &
daemon=$!
until hassette status --config /config --data /data --quiet; do sleep 0.5; done
until grep -q 'somebody moves' /tmp/log; do sleep 0.5; done
hassette status --config /config --data /data --json
kill -TERM $daemon
wait $daemon
echo "exit $?"
cat /tmp/log
id -un
`;

describe.skipIf(!wanted)('the container image', () => {
  let folder = '';
  let built: { readonly aboveBaseMb: number } = { aboveBaseMb: Infinity };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hassette-container-'));
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'apps'));
    await mkdir(join(folder, 'config'));
    await cp(join(root, 'apps/motion-light.ts'), join(folder, 'apps/motion-light.ts'));
    await writeFile(join(folder, 'config/hassette.yaml'), configuration);
    const { stdout } = await script('build', ['Dockerfile', tag]);
    built = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }, 600_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(`adds less than ${LARGEST_MB} MB to its base`, () => {
    expect(built.aboveBaseMb).toBeLessThan(LARGEST_MB);
  });

  it('runs an app from a folder of .ts files, is healthy, belongs to no root, and stops when told', async () => {
    const volumes = ['apps', 'config'].flatMap((name) => ['--volume', `${join(folder, name)}:/${name}:ro`]);
    const { stdout } = await script('run', [tag, ...volumes, '--', 'timeout', '120', 'sh', '-c', session]);
    const [status = '', rest = ''] = stdout.split(/^exit /m);
    expect(JSON.parse(status)).toMatchObject({
      health: 'ok',
      homes: [{ name: 'default', phase: 'ready' }],
      apps: [{ name: 'hallway_light', status: 'running', file: 'motion-light.ts' }],
    });
    expect(rest.startsWith('0\n')).toBe(true);
    expect(rest.trim().endsWith('node')).toBe(true);
  });
});

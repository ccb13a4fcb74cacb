import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { run } from './command-line.ts';

const hassette = "homes: { default: { url: '${HOME_ASSISTANT_URL}', token: '${HOME_ASSISTANT_TOKEN}' } }";

/** A home on a port, which stands for a real one. */
async function house() {
  const home = new SimulatedHome({
    clock: new SystemClock(),
    states: { 'light.mine': 'on', 'sun.sun': 'above_horizon' },
  });
  const server = await SimulatorServer.listen(home);
  const environment = { HOME_ASSISTANT_URL: server.url, HOME_ASSISTANT_TOKEN: home.token };
  return { home, environment, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('hassette simulate --record', () => {
  it('records a home, which can then be simulated, and keeps no token', async () => {
    await using given = await house();
    const { environment } = given;
    const { exitCode, said, folder } = await run(['simulate', '--record', 'mine.json'], {
      files: { 'hassette.yaml': hassette },
      environment,
    });
    expect(said).toContain('Recorded 2 entities, 0 devices and 0 areas');
    expect(said).toContain('as the real one did');
    expect(exitCode).toBe(0);
    expect(await readFile(join(folder, 'mine.json'), 'utf8')).not.toContain(given.home.token);
    const { printed } = await run(['simulate', '--home', 'mine.json', '--list'], { folder });
    expect(printed).toMatch(/^ {2}light\.mine +on$/m);
    expect(printed).not.toContain('light.hallway');
  });

  it('asks as whom the token is of', async () => {
    await using given = await house();
    const environment = { ...given.environment, HOME_ASSISTANT_TOKEN: given.home.userToken };
    const { exitCode, said } = await run(['simulate', '--record'], {
      files: { 'hassette.yaml': hassette },
      environment,
    });
    expect(said).toContain('as the real one did');
    expect(exitCode).toBe(0);
  });

  it('says in words what the simulated home answers otherwise, and exits with 1', async () => {
    await using given = await house();
    const { commands } = given.home;
    commands.set('slugify', {
      fields: { text: { check: (text) => text } },
      run: ({ id }, to) => to.result(id, { slug: 'other' }),
    });
    commands.delete('recorder/info');
    const { environment } = given;
    const files = { 'hassette.yaml': hassette };
    const { exitCode, printed, said } = await run(['simulate', '--record'], { files, environment });
    expect(printed).toContain('  slug is "other", in the simulated home "kuche_licht_1"');
    expect(printed).toContain('recorder/info\n  it is refused with unknown_command, and answered when simulated');
    expect(said).toMatch(/Of \d+ questions 2 were answered differently/);
    expect(exitCode).toBe(1);
    const { printed: json } = await run(['simulate', '--record', '--json'], { files, environment });
    expect(JSON.parse(json)).toMatchObject({ differences: [{ question: 'recorder/info' }, { path: 'slug' }] });
  });

  it.each([
    [['--record'], 'homes: { default: simulated }', 'There is no real home in the configuration'],
    [
      ['--record'],
      'homes: { a: { url: http://a, token: t }, b: { url: http://b, token: t } }',
      'several homes: "a", "b"',
    ],
    [
      ['--record', '--of', 'c'],
      'homes: { a: { url: http://a, token: t } }',
      'no real home "c" in the configuration. There is "a"',
    ],
  ])('with %j, and %s, says which home is meant', async (args, yaml, message) => {
    const { exitCode, said } = await run(['simulate', ...args], { files: { 'hassette.yaml': yaml } });
    expect(said).toContain(message);
    expect(exitCode).toBe(2);
  });

  it('says so when the home does not answer', async () => {
    const files = { 'hassette.yaml': 'homes: { a: { url: "http://127.0.0.1:1", token: t } }' };
    const { exitCode, said } = await run(['simulate', '--record'], { files });
    expect(said).toContain('cannot be reached');
    expect(exitCode).toBe(1);
  });

  it('says so when what is to be simulated is no recording', async () => {
    const first = await run(['simulate', '--home', 'none.json', '--list']);
    expect(first.said).toContain('The recording of a home cannot be read: ENOENT');
    await writeFile(join(first.folder, 'other.json'), '{"a":1}');
    const { exitCode, said } = await run(['simulate', '--home', 'other.json', '--list'], { folder: first.folder });
    expect(said).toContain('no recording of a home at kind');
    expect(exitCode).toBe(1);
  });
});

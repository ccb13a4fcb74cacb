import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { PATIENT, SECRET, Spawned, spawned } from './spawned.ts';

const app = `
  import { App } from 'hassette';
  export class Lit extends App { override async onInitialize() { this.logger.info('the light is ' + this.states.get('light.hall')?.state); } }
`;

const REFUSED = 'Home Assistant "default" refused the token: Invalid access token or password.';

/** What the image sets: where a container ended it would be started again, and again, until Home Assistant bans it. */
function containerEnvironment(): Record<string, string> {
  const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  return Object.fromEntries(
    Array.from(dockerfile.matchAll(/\b(HASSETTE_\w+)=(\S+)/g), ([, name, value]) => [name, value]),
  );
}

it('a token that every home refuses ends the daemon, but for in a container', PATIENT, async () => {
  const home = new SimulatedHome({ clock: new SystemClock(), states: { 'light.hall': 'on' } });
  await using server = await SimulatorServer.listen(home);
  const wrong = `default: { url: "${server.url}", token: ${SECRET} }`;
  const right = `cottage: { url: "${server.url}", token: ${home.token} }`;
  const apps = 'apps: { a: { class: Lit, home: cottage }, b: { class: Lit, home: default } }';
  const alone = { files: { 'hassette.yaml': `homes: { ${wrong} }` } };
  const both = { files: { 'hassette.yaml': `homes: { ${wrong}, ${right} }\n${apps}`, 'apps/lit.ts': app } };

  await using inContainer = new Spawned(['run'], { ...alone, environment: containerEnvironment() });
  await using withBoth = new Spawned(['run'], both);
  const [run, check] = await Promise.all([
    spawned(['run'], alone),
    spawned(['check', '--home'], alone),
    inContainer.logged(REFUSED),
    withBoth.logged(REFUSED),
    withBoth.logged('the light is on'),
  ]);

  expect(run.code).toBe(2);
  const [fatal, ...more] = run.stdout.split('\n').filter((line) => line.includes('refused'));
  expect(more).toEqual([]);
  expect(JSON.parse(fatal ?? '')).toMatchObject({
    level: 'fatal',
    code: 'AUTH_REFUSED',
    msg: `${REFUSED.slice(0, -1)}. The daemon ends, since no home lets it in.`,
    hint: expect.stringMatching(/Make a long-lived access token .*`connection\.onRefused: retry`/),
  });

  expect(check.code).toBe(1);
  expect(check.stderr).toContain(`home "default"\n    ${REFUSED} Make a long-lived access token`);

  for (const daemon of [inContainer, withBoth]) {
    expect(daemon.complaints).toEqual([`${REFUSED} It is tried again every 5m.`]);
    const { health, homes, problems } = await daemon.status();
    expect(health).toBe('degraded');
    expect(homes[0]).toMatchObject({ name: 'default', phase: 'refused' });
    expect(problems[0]).toMatchObject({ where: 'home.default', hint: expect.stringContaining('long-lived') });
  }
  const { apps: reports } = await withBoth.status();
  expect(reports.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'running'],
    ['b', 'waiting for home'],
  ]);
  const { stdout } = await spawned(['status'], { folder: withBoth.folder });
  expect(stdout).toMatch(/^ {2}a +running +cottage +Lit +lit\.ts\n {2}b +waiting for home +default +Lit/m);
  expect(await Promise.all([inContainer.stop(), withBoth.stop()])).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(run.output + check.output + inContainer.output + withBoth.output).not.toMatch(`${SECRET}|${home.token}`);
});

import { describe, expect, it, onTestFinished } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { run } from './command-line.ts';

const app = [
  "import { App, entityId, z } from 'hassette';",
  "export class Lamp extends App.with(z.object({ light: entityId('light') })) {}",
].join('\n');

async function givenHome() {
  const home = new SimulatedHome({ clock: new SystemClock(), states: { 'light.hall': 'off', 'person.anna': 'home' } });
  const server = await SimulatorServer.listen(home);
  onTestFinished(() => server.close());
  return { home, url: server.url };
}

const files = (light = 'light.hall') => ({
  'apps/lamp.ts': app,
  'hassette.yaml': [
    'homes: { default: { url: "${URL}", token: "${TOKEN}" }, cabin: simulated }',
    `apps: { a: { class: Lamp, config: { light: ${light} } } }`,
  ].join('\n'),
});

describe('hassette doctor', () => {
  it('advises a user of its own for the daemon where the token is of a person', async () => {
    const { home, url } = await givenHome();
    home.setState('person.anna', 'home', { user_id: home.users.owner.id });
    const environment = { URL: url, TOKEN: home.token };
    const { exitCode, printed } = await run(['doctor'], { files: files(), environment });
    expect(exitCode).toBe(0);
    expect(printed).toMatch(/^Configuration\n {2}right {3}it can be read, and so can its app\n\nHome "default"\n/);
    expect(printed).toMatch(/right {3}it answers: Home Assistant .*, 2 entities, Europe\/Amsterdam/);
    expect(printed).toMatch(/advice {2}its user "Owner" is a person: person\.anna stands for them/);
    expect(printed).toContain('add a user for the daemon alone');
    expect(printed.split('\n').filter((line) => line.length > 100)).toEqual([]);
    const [, cabin = ''] = printed.split('Home "cabin"');
    expect(cabin).toContain('its user "Owner" is an administrator');
    expect(cabin).not.toContain('advice');
  });

  it('has nothing to advise for a user that nobody else uses', async () => {
    const { home, url } = await givenHome();
    const { users } = home;
    const environment = { URL: url, TOKEN: users.newToken(users.add('Hassette', { isAdmin: true })) };
    const { exitCode, printed } = await run(['doctor', 'default'], { files: files(), environment });
    expect(exitCode).toBe(0);
    expect(printed).toContain('right   its user "Hassette" is an administrator');
    expect(printed).not.toMatch(/advice|cabin/);
  });

  it('tells what a user lacks who is no administrator', async () => {
    const { home, url } = await givenHome();
    const environment = { URL: url, TOKEN: home.users.userToken };
    const { printed } = await run(['doctor', 'default', '--json'], { files: files(), environment });
    expect(JSON.parse(printed)).toMatchObject({
      homes: [{ kind: 'answered', user: { name: 'User', isAdmin: false }, advice: [{ about: 'rights' }] }],
    });
  });

  it('tells what is wrong, in the configuration and in the homes', async () => {
    const { home, url } = await givenHome();
    const right = { URL: url, TOKEN: home.token };
    const missing = await run(['doctor'], { files: files('light.hal'), environment: right });
    expect(missing.exitCode).toBe(1);
    expect(missing.printed).toMatch(
      /wrong {3}apps\.a\.config\.light\n +no entity "light\.hal" in home "default"\. Did you mean "light\.hall"\?/,
    );
    const refused = await run(['doctor'], { files: files(), environment: { ...right, TOKEN: 'wrong' } });
    expect(refused.exitCode).toBe(1);
    expect(refused.printed).toMatch(/Home "default"\n {2}wrong {3}Home Assistant "default" refused the token/);
    const invalid = await run(['doctor'], { files: files('lihgt'), environment: right });
    expect(invalid.exitCode).toBe(2);
    expect(invalid.printed).toMatch(/^Configuration\n {2}wrong {3}.*hassette\.yaml:2:/);
    expect(await run(['doctor', 'cabbin'], { files: files(), environment: right })).toMatchObject({ exitCode: 2 });
  });
});

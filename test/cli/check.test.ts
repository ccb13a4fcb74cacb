import { describe, expect, it, onTestFinished } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { run } from './command-line.ts';

const app = [
  "import { App, areaId, duration, entityId, serviceId, z } from 'hassette';",
  "const Config = z.object({ light: entityId('light'), off: duration().default('5m'), tell: serviceId('notify').optional() });",
  'export class Lamp extends App.with(Config) {}',
].join('\n');

const simulated = 'homes: { default: simulated }\n';

async function givenHome() {
  const home = new SimulatedHome({
    clock: new SystemClock(),
    states: { 'light.hallway': 'off', 'light.kitchen': 'off' },
    registries: { areas: { hallway: {}, living_room: { name: 'Parlour' } } },
  });
  const server = await SimulatorServer.listen(home);
  onTestFinished(() => server.close());
  return { home, server, url: server.url };
}

describe('hassette check', () => {
  it('is content with what is right', async () => {
    const files = {
      'apps/lamp.ts': app,
      'hassette.yaml': `${simulated}apps: { a: { class: Lamp, config: { light: light.a } } }`,
    };
    expect(await run(['check'], { files })).toMatchObject({
      exitCode: 0,
      printed: '',
      said: 'The configuration is right, and so is its app.',
    });
  });

  it('tells all that is wrong with configuration and apps at once, and starts nothing', async () => {
    const files = {
      'apps/lamp.ts': app,
      'apps/broken.ts':
        "import { App } from 'hassette';\nexport class Broken extends App { onInitialize() { let 1 = 2; } }",
      'apps/throws.ts':
        "import { App } from 'hassette';\nthrow new Error('at import');\nexport class Throws extends App {}",
      'hassette.yaml': [
        'homes: { default: simulated }',
        'apps:',
        '  wrong: { class: Lamp, config: { lihgt: light.a, off: soon }, isolation: thred }',
        '  unknown: { class: Lmap }',
        '  broken: { class: Broken }',
        '  throws: { class: Throws }',
        '  right: { class: Lamp, config: { light: light.a } }',
        '  off: { class: Nothing, enabled: false }',
        'logging: { level: loud }',
      ].join('\n'),
    };
    const { exitCode, said, folder } = await run(['check'], { files });
    expect(exitCode).toBe(2);
    expect(said).toContain(`${folder}/hassette.yaml:9:12  logging.level`);
    expect(said).toContain(`${folder}/hassette.yaml:3:35  apps.wrong.config.lihgt`);
    expect(said).toContain(`${folder}/hassette.yaml:3:51  apps.wrong.config.off`);
    expect(said).toContain(`${folder}/hassette.yaml:3:64  apps.wrong.isolation`);
    expect(said).toMatch(/hassette\.yaml:4:14 {2}apps\.unknown\.class\n.*"Lmap".*"Lamp"/);
    expect(said).toMatch(/apps\.broken\.class\n.*broken\.ts:2/);
    expect(said).toMatch(/apps\.throws\.class\n.*at import/);
    expect(said).not.toMatch(/apps\.(right|off)/);
  });

  it('gives the same as JSON to those who want to read it', async () => {
    const files = { 'apps/lamp.ts': app, 'hassette.yaml': `${simulated}apps: { a: { class: Lamp } }` };
    const { exitCode, printed, said } = await run(['check', '--json'], { files });
    expect(exitCode).toBe(2);
    expect(said).toBe('');
    expect(JSON.parse(printed)).toMatchObject({
      problems: [{ path: 'apps.a.config.light', origin: { kind: 'file', line: 2 } }],
      apps: [{ name: 'a', class: 'lamp.ts#Lamp' }],
      homes: [],
    });
  });

  it('looks at one app only, if that is wanted', async () => {
    const files = {
      'apps/lamp.ts': app,
      'hassette.yaml': `${simulated}apps: { a: { class: Lamp }, b: { class: Lamp, config: { light: light.b } } }`,
    };
    expect((await run(['check', '--app', 'b'], { files })).exitCode).toBe(0);
    expect((await run(['check', '--app', 'a'], { files })).exitCode).toBe(2);
  });
});

describe('hassette check of several homes', () => {
  const atCabin = [
    "import { App, z } from 'hassette';",
    "export class Stove extends App.with(z.object({ warm: z.number() }), { home: 'cabin' }) {}",
    'export class Any extends App {}',
  ].join('\n');
  const checked = (homes: string, apps: string) =>
    run(['check'], { files: { 'apps/stove.ts': atCabin, 'hassette.yaml': `homes: { ${homes} }\napps: { ${apps} }` } });

  it('tells of a class whose home is not there, with what else is wrong', async () => {
    const { exitCode, said } = await checked('default: simulated', 'a: { class: Stove, config: { warm: very } }');
    expect(exitCode).toBe(2);
    expect(said).toContain('There are 2 errors:');
    expect(said).toMatch(/apps\.a\.class\n {4}There is no home "cabin"\. Homes are default\. Its class says so\./);
    expect(said).toContain('apps.a.config.warm');
  });

  it('tells of an app that works on none of several homes in particular', async () => {
    const { exitCode, said } = await checked('house: simulated, cabin: simulated', 'a: { class: Any }');
    expect(exitCode).toBe(2);
    expect(said).toMatch(/apps\.a\n {4}Nothing says which home a works on, and there are several: house, cabin\./);
    expect((await checked('house: simulated, cabin: simulated', 'a: { class: Any, home: house }')).exitCode).toBe(0);
  });
});

describe('hassette check --home', () => {
  const files = {
    'apps/lamp.ts': app,
    'hassette.yaml':
      'homes: { default: { url: "${URL}", token: "${TOKEN}" } }\napps: { a: { class: Lamp, config: { light: light.hallway } } }',
  };

  it('asks the home', async () => {
    const { home, url } = await givenHome();
    const { exitCode, said } = await run(['check', '--home'], { files, environment: { URL: url, TOKEN: home.token } });
    expect({ exitCode, said }).toEqual({
      exitCode: 0,
      said: [
        `Asking home "default" at ${url} …`,
        'The configuration is right, and so is its app, the home answers.',
        'There is something to be advised: see `hassette doctor`.',
      ].join('\n'),
    });
  });

  it('holds what apps name against the home', async () => {
    const { home, url } = await givenHome();
    const wrong = {
      ...files,
      'hassette.yaml': files['hassette.yaml'].replace('light.hallway', 'light.halway, tell: notify.nobody'),
    };
    const { exitCode, said } = await run(['check', '--home'], {
      files: wrong,
      environment: { URL: url, TOKEN: home.token },
    });
    expect(exitCode).toBe(1);
    expect(said).toContain(
      'apps.a.config.light\n    no entity "light.halway" in home "default". Did you mean "light.hallway"?',
    );
    expect(said).toContain('apps.a.config.tell\n    no service "notify.nobody" in home "default".');
  });

  it('fails for a refused token, which is no fault of configuration here', async () => {
    const { url } = await givenHome();
    const { exitCode, said } = await run(['check', '--home'], { files, environment: { URL: url, TOKEN: 'wrong' } });
    expect(exitCode).toBe(1);
    expect(said).toContain('refused the token');
    expect(said).not.toContain('wrong');
  });

  it('fails where nobody answers', async () => {
    const { home, server, url } = await givenHome();
    await server.close();
    const { exitCode, said } = await run(['check', '--home'], { files, environment: { URL: url, TOKEN: home.token } });
    expect(exitCode).toBe(1);
    expect(said).toContain('home "default"\n');
  });

  it('holds areas against the home, and knows them by their names as well', async () => {
    const { home, url } = await givenHome();
    const rooms = [
      "import { App, areaId, z } from 'hassette';",
      'export class Rooms extends App.with(z.object({ room: areaId(), other: areaId() })) {}',
    ].join('\n');
    const configuration = (room: string, other: string) => ({
      'apps/rooms.ts': rooms,
      'hassette.yaml': `homes: { default: { url: "\${URL}", token: "\${TOKEN}" } }\napps: { a: { class: Rooms, config: { room: ${room}, other: ${other} } } }`,
    });
    const environment = { URL: url, TOKEN: home.token };
    const wrong = await run(['check', '--home'], { files: configuration('halway', 'Parlour'), environment });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.said).toContain('no area "halway" in home "default". Did you mean "hallway"?');
    expect(wrong.said).toContain('no area "Parlour" in home "default". Did you mean "living_room"?');
    const right = await run(['check', '--home'], { files: configuration('hallway', 'living_room'), environment });
    expect(right.exitCode).toBe(0);
  });

  it('asks the simulated home too', async () => {
    const { exitCode, said } = await run(['check', '--home', '--simulate'], {
      files: { ...files, 'hassette.yaml': files['hassette.yaml'].replace('light.hallway', 'light.halway') },
    });
    expect(exitCode).toBe(1);
    expect(said).toContain('Asking home "default", which is simulated, …');
    expect(said).toContain('no entity "light.halway" in home "default". Did you mean "light.hallway"?');
  });

  it('asks each home, or the one that is named', async () => {
    const { home, url } = await givenHome();
    const several = {
      'apps/lamp.ts': app,
      'hassette.yaml': [
        'homes: { default: { url: "${URL}", token: "${TOKEN}" }, cabin: { url: "${URL}", token: wrong }, shed: simulated }',
        'apps: { a: { class: Lamp, config: { light: light.attic } }, b: { class: Lamp, home: cabin, config: { light: light.hallway } } }',
      ].join('\n'),
    };
    const given = { files: several, environment: { URL: url, TOKEN: home.token } };
    const all = await run(['check', '--home', '--json'], given);
    expect(all.exitCode).toBe(1);
    expect(JSON.parse(all.printed)).toMatchObject({
      apps: [{ home: 'default' }, { home: 'cabin' }],
      homes: [
        { name: 'default', kind: 'answered', missing: [{ at: 'apps.a.config.light' }] },
        { name: 'cabin', kind: 'failed', problem: { code: 'AUTH_REFUSED' } },
        { name: 'shed', kind: 'answered', missing: [] },
      ],
    });
    expect(await run(['check', '--home', 'shed'], given)).toMatchObject({
      exitCode: 0,
      said: expect.stringMatching(/^Asking home "shed", which is simulated, …\nThe configuration is right/),
    });
    expect(await run(['check', '--home', 'cabn'], given)).toMatchObject({
      exitCode: 2,
      said: expect.stringMatching(/--home on the command line .*no home of this name.*Did you mean "cabin"/s),
    });
  });

  it('looks for what is of another home in that one', async () => {
    const { home, url } = await givenHome();
    const given = (homes: string, door: string) => ({
      files: {
        'apps/guard.ts': [
          "import { App, entityId, inHome, z } from 'hassette';",
          "const Config = z.object({ light: entityId('light'), doors: z.array(inHome('cabin', entityId('light'))) });",
          'export class Guard extends App.with(Config) {}',
        ].join('\n'),
        'hassette.yaml': `homes: { ${homes} }\napps: { a: { class: Guard, home: default, config: { light: light.porch, doors: [${door}] } } }`,
      },
      environment: { URL: url, TOKEN: home.token },
    });
    const cabin = 'cabin: { url: "${URL}", token: "${TOKEN}" }';
    const wrong = await run(['check', '--home', '--json'], given(`default: simulated, ${cabin}`, 'light.hallwy'));
    expect(JSON.parse(wrong.printed)).toMatchObject({
      problems: [],
      homes: [
        { name: 'default', missing: [{ at: 'apps.a.config.light' }] },
        { name: 'cabin', missing: [{ at: 'apps.a.config.doors[0]', nearest: 'light.hallway' }] },
      ],
    });
    const nowhere = await run(['check'], given('default: simulated', 'light.hallway'));
    expect(nowhere).toMatchObject({
      exitCode: 2,
      said: expect.stringMatching(/apps\.a\.config\.doors\[0\]\n {4}There is no home "cabin"\. Homes are default\./),
    });
  });

  it('does not ask with a configuration that is wrong', async () => {
    const { exitCode, said } = await run(['check', '--home'], { files });
    expect(exitCode).toBe(2);
    expect(said).not.toContain('Asking');
  });
});

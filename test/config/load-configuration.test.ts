import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemsText } from '../../src/config/problem.ts';
import { givenFolder, invalid, valid } from './given-folder.ts';

const simulated = 'homes: { default: simulated }\n';

describe('loadConfiguration', () => {
  it('fills in the defaults, makes paths absolute and turns durations into milliseconds', async () => {
    const { configuration, folder, file } = await valid({
      files: { 'hassette.yaml': `${simulated}limits: { drain: 1m30s }` },
    });
    expect(file).toBe(join(folder, 'hassette.yaml'));
    expect(configuration.paths).toEqual({ apps: join(folder, 'apps'), data: join(folder, 'data') });
    expect(configuration.limits).toMatchObject({ drainMs: 90_000, startHookMs: 30_000 });
    expect(configuration.logging).toEqual({
      level: 'info',
      format: 'auto',
      levels: {},
      rotate: { maxBytes: 10_000_000, keep: 5 },
    });
  });

  it('looks in the folder and in config/ there, and nowhere else', async () => {
    const folder = await givenFolder({
      'hassette.yaml': simulated,
      'below/empty.txt': '',
      'other/config/hassette.toml': 'homes.default = "simulated"',
    });
    expect((await valid({ folder: join(folder, 'other') })).file).toBe(join(folder, 'other/config/hassette.toml'));
    const { problems } = await invalid({ folder: join(folder, 'below') });
    expect(problems).toEqual([
      expect.objectContaining({
        message: `there is no configuration in "${join(folder, 'below')}"`,
        hint: expect.stringContaining('hassette init'),
      }),
    ]);
  });

  it('takes a file or a folder by --config', async () => {
    const folder = await givenFolder({
      'a/hassette.yaml': simulated,
      'b.json': '{ "homes": { "default": "simulated" }, "$schema": "x" }',
    });
    expect((await valid({ folder, flags: { config: 'a' } })).file).toBe(join(folder, 'a/hassette.yaml'));
    expect((await valid({ folder, flags: { config: 'b.json' } })).file).toBe(join(folder, 'b.json'));
    expect((await invalid({ folder, flags: { config: 'c.yaml' } })).problems[0]?.message).toBe(
      `there is no "${join(folder, 'c.yaml')}"`,
    );
  });

  it('does not choose between two files', async () => {
    const { problems } = await invalid({ files: { 'hassette.yaml': simulated, 'config/hassette.toml': '' } });
    expect(problems[0]).toMatchObject({ message: 'there is "config/hassette.toml" beside it, and only one can count' });
  });

  it('tells one error where a file is not YAML from there on, and not all that follows from it', async () => {
    const files = { 'hassette.yaml': 'homes:\n  default: { url: ${URL}, token: ${TOKEN} }\napps: [\nlogging: {' };
    const { problems } = await invalid({ files });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ origin: { line: 2 }, hint: expect.stringContaining('"${NAME}"') });
  });

  it('tells homes and files that are not there beside whatever else is wrong', async () => {
    const folder = await givenFolder({
      'hassette.yaml': [
        'homes: { main: { url: "https://a", ca: ca.pem } }',
        'apps: { a: { clas: A, home: mian } }',
        'logging: { level: loud }',
      ].join('\n'),
    });
    const { problems } = await invalid({ folder });
    const found = problems.map(({ path, message }) => `${path}: ${message}`);
    expect(found).toContain(`homes.main.ca: there is no file "${join(folder, 'ca.pem')}" that can be read`);
    expect(found).toContain('apps.a.home: there is no home "mian", only "main"');
  });

  it('needs no file where the environment says all', async () => {
    const { configuration } = await valid({
      environment: { HASSETTE_HOMES__DEFAULT__URL: 'http://home.local:8123/', HASSETTE_HOMES__DEFAULT__TOKEN: '12345' },
    });
    expect(configuration.homes).toEqual({
      default: { url: 'http://home.local:8123', token: '12345', verifyTls: true },
    });
  });

  it('counts relative paths from where they are written', async () => {
    const folder = await givenFolder({
      'config/hassette.yaml': `${simulated}paths: { apps: ../apps }`,
      'config/.env': 'HASSETTE_PATHS__DATA=../state',
    });
    const { configuration } = await valid({ folder, environment: { HASSETTE_LOGGING__FILE: 'daemon.log' }, flags: {} });
    expect(configuration.paths).toEqual({ apps: join(folder, 'apps'), data: join(folder, 'state') });
    expect(configuration.logging.file).toBe(join(folder, 'daemon.log'));
    const flags = await valid({ folder, flags: { apps: 'mine', data: 'theirs' } });
    expect(flags.configuration.paths).toEqual({ apps: join(folder, 'mine'), data: join(folder, 'theirs') });
  });

  it('tells all that is wrong at once, each with its place and what would be right', async () => {
    const { problems, folder } = await invalid({
      files: {
        'hassette.yaml': [
          'homes:',
          '  default: { ulr: "http://home.local", token: "${TOKEN}" }',
          '  cabin: simulatd',
          'apps:',
          '  hall:',
          '    class: MotionLight',
          '    enabled: "yes"',
          '  empty:',
          'logging:',
          '  level: debgu',
          'limits: { drain: 5 bananas, startHook: 0s }',
          'loging: {}',
        ].join('\n'),
        '.env': 'HASSETTE_SIMULATE__PORT=many',
      },
      environment: { HASSETTE_CONECTION__PING_INTERVAL: '5s' },
    });
    const told = problems.map(({ origin, path, found, nearest }) => [
      'line' in origin ? origin.line : origin.kind,
      path,
      found,
      nearest,
    ]);
    expect(told).toEqual([
      [2, 'homes.default.ulr', 'ulr', 'url'],
      [2, 'homes.default.token', 'nothing', undefined],
      [3, 'homes.cabin', '"simulatd"', 'simulated'],
      [7, 'apps.hall.enabled', '"yes"', undefined],
      [8, 'apps.empty.class', 'nothing', undefined],
      [10, 'logging.level', '"debgu"', 'debug'],
      [11, 'limits.drain', '"5 bananas"', undefined],
      [11, 'limits.startHook', '"0s"', undefined],
      [12, 'loging', 'loging', 'logging'],
      ['environment', '', 'HASSETTE_CONECTION__PING_INTERVAL', 'HASSETTE_CONNECTION__PING_INTERVAL'],
      ['.env', 'simulate.port', '"many"', undefined],
    ]);
    expect(problemsText(problems)).toContain(
      `${join(folder, 'hassette.yaml')}:10:3  logging.level\n    found "debgu", expected one of "trace", "debug", "info", "warn", "error", "fatal", "silent". Did you mean "debug"?`,
    );
    expect(problems.map(({ expected }) => expected)).not.toContain('');
  });

  it('says how a duration or a size is written where a bare number stands', async () => {
    const { problems } = await invalid({
      files: {
        'hassette.yaml':
          'homes: { default: simulated }\nlimits: { drain: 4 }\nlogging: { rotate: { size: 10 } }\nsimulate: { start: 7 }',
      },
    });
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'limits.drain: found 4, expected a duration, such as "500ms", "30s", "3m" or "1h30m"',
      'logging.rotate.size: found 10, expected a size, such as "500k", "10m" or "1g"',
      'simulate.start: found 7, expected a time of day, or a date and time, such as "07:30" or "2026-02-04T07:30"',
    ]);
  });

  it('ends a sentence once', () => {
    const problem = (message: string) => ({ origin: { kind: 'nowhere' } as const, path: '', message });
    expect(problemsText([problem('it is wrong')])).toContain('it is wrong.');
    expect(problemsText([problem('Did you mean "Lamp"?')])).toMatch(/"Lamp"\?$/);
  });

  it.each([
    ['hassette.yaml', 'homes:\n  default: { token: "very-secret\n', { line: 3 }],
    ['hassette.yaml', 'homes:\n  default:\n    token: !secret very-secret\n    url: http://a', { line: 3 }],
    ['hassette.yaml', '- very-secret', { line: 1 }],
    ['hassette.yaml', 'homes: 1\nhomes: very-secret', { line: 2 }],
    ['hassette.json', '{\n  "token": "very-secret",,\n}', { line: 2 }],
    ['hassette.toml', 'token = "very-secret\n', { line: 1 }],
    ['hassette.ts', 'const a = "very-secret";\nexport default { homes: a ;\n', { line: 2 }],
    ['hassette.ts', 'export const a = "very-secret";', {}],
    ['hassette.ts', 'import "./nowhere.ts"; export default {};', {}],
  ])('says where %s cannot be read, and quotes nothing of it: %j', async (name, text, place) => {
    const { problems } = await invalid({ files: { [name]: text } });
    expect(problems[0]?.origin).toMatchObject({ kind: 'file', file: expect.stringContaining(name), ...place });
    expect(problemsText(problems)).not.toContain('very-secret');
  });

  it('knows the trap of a reference in braces', async () => {
    const { problems } = await invalid({ files: { 'hassette.yaml': 'homes:\n  default: { url: ${URL}, token: x }' } });
    expect(problems[0]).toMatchObject({
      origin: { line: 2 },
      hint: 'Within { } a reference stands in quotes: "${NAME}".',
    });
  });

  it('says so when a file may not be read', async () => {
    const folder = await givenFolder({ 'hassette.yaml': simulated });
    await chmod(join(folder, 'hassette.yaml'), 0o000);
    // root may read everything, so that there the file is simply read.
    const outcome = process.getuid?.() === 0 ? await valid({ folder }) : await invalid({ folder });
    expect(outcome.folder).toBe(folder);
  });

  it('takes a function as the default export of a module, types and all', async () => {
    const text =
      'enum Level { quiet = "warn" }\nexport default async () => ({ homes: { default: "simulated" }, logging: { level: Level.quiet } });';
    const { configuration } = await valid({ files: { 'hassette.ts': text } });
    expect(configuration.logging.level).toBe('warn');
  });

  it('lets apps share what they have in common by anchors', async () => {
    const text = `${simulated}apps:\n  a: &common { class: Light, enabled: false, config: { lux: 4 } }\n  b: { <<: *common, logLevel: debug }`;
    const { configuration } = await valid({ files: { 'hassette.yaml': text } });
    expect(configuration.apps['b']).toMatchObject({ class: 'Light', config: { lux: 4 }, logLevel: 'debug' });
  });

  it('takes a section whose lines are all commented out for an empty one', async () => {
    const { configuration } = await valid({
      files: { 'hassette.yaml': `${simulated}apps:\n  # a: {}\nlogging:\n  level:\n` },
    });
    expect(configuration).toMatchObject({ apps: {}, logging: { level: 'info' } });
  });

  it('wants the home that an app names to be there', async () => {
    const app = 'apps: { a: { class: A, enabled: false }, b: { class: A, enabled: false, home: cabin } }';
    const { configuration } = await valid({ files: { 'hassette.yaml': `homes: { cabin: simulated }\n${app}` } });
    expect(configuration.apps).toMatchObject({ a: { class: 'A' }, b: { home: 'cabin' } });
    const { problems } = await invalid({ files: { 'hassette.yaml': `homes: { cabn: simulated }\n${app}` } });
    expect(problems).toEqual([
      expect.objectContaining({ path: 'apps.b.home', nearest: 'cabn', origin: expect.objectContaining({ line: 2 }) }),
    ]);
  });

  it('starts only the apps that are asked for', async () => {
    const files = {
      'apps/a.ts': '',
      'hassette.yaml': `${simulated}apps: { hall: { class: A, enabled: false }, porch: { class: A } }`,
    };
    const { configuration } = await valid({ files, flags: { only: ['hall'] } });
    expect(Object.entries(configuration.apps).map(([name, { enabled }]) => [name, enabled])).toEqual([
      ['hall', true],
      ['porch', false],
    ]);
    const { problems } = await invalid({ files, flags: { only: ['hal'] } });
    expect(problems[0]).toMatchObject({ origin: { flag: '--app' }, nearest: 'hall' });
  });

  it('wants the folder of apps to be there if an app is to start', async () => {
    const text = `${simulated}paths: { apps: code }\napps: { hall: { class: A } }`;
    const { problems, folder } = await invalid({ files: { 'hassette.yaml': text } });
    expect(problems).toEqual([
      expect.objectContaining({ path: 'paths.apps', message: `there is no folder "${join(folder, 'code')}"` }),
    ]);
  });

  it('gives the parts that are right when others are not', async () => {
    const { usable, folder } = await invalid({
      files: {
        'hassette.yaml':
          'homes: { default: { url: "${URL}" } }\npaths: { data: state }\napps: { a: { class: A }, b: { klass: B } }',
      },
    });
    expect(usable.paths?.data).toBe(join(folder, 'state'));
    expect(Object.keys(usable.apps ?? {})).toEqual(['a']);
  });
});

describe('--simulate', () => {
  it('replaces the homes before their variables are asked for', async () => {
    const files = {
      'hassette.yaml': 'homes:\n  default: { url: "${URL}", token: "${TOKEN}" }\n  cabin: { url: no address }',
      '.env': 'HASSETTE_HOMES__DEFAULT__TOKEN_FILE=nowhere',
    };
    const { configuration } = await valid({
      files,
      flags: { simulate: true },
      environment: { HASSETTE_HOMES__DEFAULT__URL: 'nonsense' },
    });
    expect(configuration.homes).toEqual({ default: 'simulated', cabin: 'simulated' });
  });

  it('needs no configuration at all', async () => {
    expect((await valid({ flags: { simulate: true } })).configuration.homes).toEqual({ default: 'simulated' });
  });

  it('still wants the rest to be right', async () => {
    const files = { 'apps/a.ts': '', 'hassette.yaml': 'apps: { a: { class: "${CLASS}" } }' };
    const { problems } = await invalid({ files, flags: { simulate: true } });
    expect(problems).toEqual([
      expect.objectContaining({ path: 'apps.a.class', message: expect.stringContaining('CLASS is not set') }),
    ]);
  });
});

describe('secrets', () => {
  const home = (token: string) => `homes:\n  default: { url: "http://home.local", token: "${token}" }\n`;

  it('come from files that variables name', async () => {
    const folder = await givenFolder({ 'hassette.yaml': home('${TOKEN}'), secret: 'abc.def\n', other: 'ghi.jkl' });
    const named = await valid({ folder, environment: { TOKEN_FILE: 'secret' } });
    expect(named.configuration.homes['default']).toMatchObject({ token: 'abc.def' });
    const direct = await valid({ folder, environment: { TOKEN: 'x', HASSETTE_HOMES__DEFAULT__TOKEN_FILE: 'other' } });
    expect(direct.configuration.homes['default']).toMatchObject({ token: 'ghi.jkl' });
    expect(named.secrets).toContain('abc.def');
  });

  it('are refused twice over', async () => {
    const { problems } = await invalid({
      files: { 'hassette.yaml': home('x'), secret: 'abc' },
      environment: { HASSETTE_HOMES__DEFAULT__TOKEN: 'a', HASSETTE_HOMES__DEFAULT__TOKEN_FILE: 'secret' },
    });
    expect(problems).toEqual([expect.objectContaining({ message: 'HASSETTE_HOMES__DEFAULT__TOKEN sets the same' })]);
  });

  it('say which file cannot be read', async () => {
    const { problems } = await invalid({
      files: { 'hassette.yaml': home('x') },
      environment: { HASSETTE_HOMES__DEFAULT__TOKEN_FILE: '/nowhere' },
    });
    expect(problems[0]?.message).toBe('the file "/nowhere" cannot be read');
  });

  it('never stand in a message', async () => {
    const secret = 'eyJhbGciOi very secret';
    const folder = await givenFolder({
      'apps/a.ts': '',
      'hassette.yaml': `${home('${TOKEN}')}apps:\n  a: { class: 4, config: { password: hunter2 }, home: hunter2 }\n  b: { class: B, enabled: "\${TOKEN}" }`,
    });
    await writeFile(join(folder, 'secret'), secret);
    const { problems, secrets } = await invalid({ folder, environment: { TOKEN_FILE: 'secret' } });
    expect(problems.map(({ path }) => path)).toEqual([
      'homes.default.token',
      'apps.a.class',
      'apps.a.home',
      'apps.b.enabled',
    ]);
    expect(secrets).toEqual([secret, 'hunter2']);
    const text = JSON.stringify(problems) + problemsText(problems);
    for (const hidden of [secret, 'hunter2']) expect(text).not.toContain(hidden);
  });
});

import { expect, it } from 'vitest';
import { PATIENT, SECRET, spawned } from './spawned.ts';

/** Mistakes of all kinds: each is told once, at its place, and nothing is started. */
const files = {
  'hassette.yaml': [
    'homes:',
    `  default: { url: "homeassistant.local:8123", token: "${SECRET}", verifyTLS: false }`,
    '  other: { url: "http://x:1", token: "${NOT_SET}", ca: missing.pem }',
    'apps:',
    '  a: { clas: X }',
    '  1b: { class: X }',
    '  c: { class: X, home: othr, isolation: threads }',
    'logging: { level: loud }',
    'connection: { callTimeout: soon, onRefused: never }',
    'limits: { maxPending: 0 }',
  ].join('\n'),
};

it('a wrong configuration is told whole, with exit code 2', PATIENT, async () => {
  const [run, check] = await Promise.all([
    spawned(['run', '--log-level', 'debg'], { files }),
    spawned(['check'], { files }),
  ]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(check).toMatchObject({ code: 2, stdout: '' });
  for (const [line, path, words] of [
    [2, 'homes.default.url', 'Begin it with http://'],
    [2, 'homes.default.verifyTLS', 'Did you mean "verifyTls"?'],
    [3, 'homes.other.token', 'the variable NOT_SET is not set'],
    [3, 'homes.other.ca', 'missing.pem" that can be read'],
    [5, 'apps.a.clas', 'Did you mean "class"?'],
    [6, 'apps.1b', 'expected a name'],
    [7, 'apps.c.home', 'Did you mean "other"?'],
    [7, 'apps.c.isolation', 'Did you mean "thread"?'],
    [9, 'connection.callTimeout', 'such as "500ms"'],
    [9, 'connection.onRefused', 'expected one of "exit", "retry"'],
    [10, 'limits.maxPending', 'at least 1'],
  ] as const) {
    const told = new RegExp(`hassette\\.yaml:${line}:\\d+ {2}${path}\\n {4}(.*)`);
    for (const { stderr } of [run, check]) expect(told.exec(stderr)?.[1], path).toContain(words);
  }
  expect(run.stderr).toContain('--log-level on the command line  logging.level\n    found "debg"');
  expect(check.stderr).toMatch(/hassette\.yaml:8:12 {2}logging\.level\n {4}found "loud"/);
  for (const { stderr } of [run, check]) expect(stderr).toMatch(/paths\.apps\n {4}there is no folder/);
  expect(run.stderr).toContain('The configuration has 13 errors:');
  expect(run.output + check.output).not.toContain(SECRET);
});

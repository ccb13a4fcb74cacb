import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../../src/config/json-schema.ts';
import type { Tree } from '../../src/config/tree.ts';
import { readVariables, variableFor } from '../../src/config/variables.ts';

const schema = jsonSchema();

function read(variables: Record<string, string>, below: Tree = {}) {
  return readVariables(variables, schema, below);
}

describe('readVariables', () => {
  it.each([
    ['HASSETTE_LOGGING__LEVEL', ['logging', 'level']],
    ['HASSETTE_DRY_RUN', ['dryRun']],
    ['HASSETTE_CONNECTION__PING_INTERVAL', ['connection', 'pingInterval']],
    ['HASSETTE_APPS__HALL__LOG_LEVEL', ['apps', 'hall', 'logLevel']],
    ['HASSETTE_APPS__HALL__CONFIG__OFF_AFTER', ['apps', 'hall', 'config', 'offAfter']],
  ])('reads %s as a path', (variable, path) => {
    expect(read({ [variable]: 'x' }).settings).toEqual([{ variable, path, text: 'x', fromFile: false }]);
  });

  it('recognises names that lower sources have, however they are written', () => {
    const below = { apps: { hallwayLight: { config: { off_after: '3m' } } } };
    const [setting] = read({ HASSETTE_APPS__HALLWAY_LIGHT__CONFIG__OFF_AFTER: '5m' }, below).settings;
    expect(setting?.path).toEqual(['apps', 'hallwayLight', 'config', 'off_after']);
  });

  it('takes …_FILE of a secret for the name of a file', () => {
    const [setting] = read({ HASSETTE_HOMES__DEFAULT__TOKEN_FILE: '/run/secrets/token' }).settings;
    expect(setting).toMatchObject({ path: ['homes', 'default', 'token'], fromFile: true });
  });

  it('takes …_FILE of what is no secret for a name like any other', () => {
    const { settings } = read({ HASSETTE_APPS__A__CONFIG__LOG_FILE: 'a.log', HASSETTE_LOGGING__FILE: 'b.log' });
    expect(settings.map(({ path, fromFile }) => [path.join('.'), fromFile])).toEqual([
      ['apps.a.config.logFile', false],
      ['logging.file', false],
    ]);
  });

  it('counts an empty variable as unset', () => {
    expect(read({ HASSETTE_LOGGING__LEVEL: '' })).toEqual({ settings: [], unknown: [] });
  });

  it('tells what was probably meant', () => {
    expect(
      read({ HASSETTE_LOGING__LEVEL: 'debug', HASSETTE_LOGGING__LEVLE: 'debug', HASSETTE_DRYRUNN: 'true' }).unknown,
    ).toEqual([
      { variable: 'HASSETTE_DRYRUNN', nearest: 'HASSETTE_DRY_RUN' },
      { variable: 'HASSETTE_LOGGING__LEVLE', nearest: 'HASSETTE_LOGGING__LEVEL' },
      { variable: 'HASSETTE_LOGING__LEVEL', nearest: 'HASSETTE_LOGGING__LEVEL' },
    ]);
  });

  it('refuses what goes deeper than a value', () => {
    expect(read({ HASSETTE_LOGGING__LEVEL__X: 'debug' }).unknown).toHaveLength(1);
  });

  it('is not disturbed by what Kubernetes puts beside a service of this name', () => {
    const variables = {
      HASSETTE_PORT: 'tcp://10.0.0.1:80',
      HASSETTE_SERVICE_HOST: '10.0.0.1',
      HASSETTE_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(read(variables)).toEqual({ settings: [], unknown: [] });
  });
});

describe('variableFor', () => {
  it.each([
    [['logging', 'level'], 'HASSETTE_LOGGING__LEVEL'],
    [['connection', 'pingInterval'], 'HASSETTE_CONNECTION__PING_INTERVAL'],
  ])('%j is %s', (path, variable) => {
    expect(variableFor(path)).toBe(variable);
    expect(read({ [variable]: 'x' }).settings[0]?.path).toEqual(path);
  });
});

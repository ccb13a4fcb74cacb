import { describe, expect, it } from 'vitest';
import type { Flags } from '../../src/config/flags.ts';
import { valid } from './given-folder.ts';

/** Each source with a level of its own to say, the one that counts most last. */
const sources = ['defaults', 'file', '.env', 'environment', 'command line'] as const;
type Source = (typeof sources)[number];

const saidBy: Readonly<Record<Source, string>> = {
  defaults: 'info',
  file: 'trace',
  '.env': 'debug',
  environment: 'warn',
  'command line': 'error',
};

const formats: Readonly<Record<string, (level: string | undefined) => string>> = {
  'hassette.yaml': (level) =>
    `homes: { default: simulated }\n${level === undefined ? '' : `logging: { level: ${level} }`}`,
  'hassette.toml': (level) => `homes.default = "simulated"\n${level === undefined ? '' : `logging.level = "${level}"`}`,
  'hassette.json': (level) => JSON.stringify({ homes: { default: 'simulated' }, logging: { level } }),
  'hassette.ts': (level) =>
    `export default { homes: { default: 'simulated' }, logging: ${JSON.stringify({ level })} };`,
};

async function levelWith(present: readonly Source[], format = 'hassette.yaml'): Promise<string> {
  const says = (source: Source): string | undefined => (present.includes(source) ? saidBy[source] : undefined);
  const dotEnv = says('.env');
  const { configuration } = await valid({
    files: {
      [format]: formats[format]?.(says('file')) ?? '',
      ...(dotEnv === undefined ? {} : { '.env': `HASSETTE_LOGGING__LEVEL=${dotEnv}` }),
    },
    environment: { HASSETTE_LOGGING__LEVEL: says('environment') },
    flags: { logLevel: says('command line') } satisfies Flags,
  });
  return configuration.logging.level;
}

describe('precedence', () => {
  const pairs = sources.flatMap((lower, index) =>
    sources.slice(index + 1).map((upper): [Source, Source] => [upper, lower]),
  );

  it.each(pairs)('%s counts above %s', async (upper, lower) => {
    expect(await levelWith([lower, upper])).toBe(saidBy[upper]);
  });

  it.each(Object.keys(formats))('is the same for %s', async (format) => {
    expect(await levelWith([], format)).toBe('info');
    expect(await levelWith(['file'], format)).toBe('trace');
    expect(await levelWith(['file', '.env'], format)).toBe('debug');
  });

  it('merges what sources say of one thing', async () => {
    const { configuration } = await valid({
      files: {
        'apps/empty.ts': '',
        'hassette.yaml':
          'homes: { default: simulated }\napps: { hall: { class: Light, config: { light: light.hall, lux: 40 } } }',
        '.env': 'HASSETTE_APPS__HALL__LOG_LEVEL=debug',
      },
      environment: { HASSETTE_APPS__HALL__CONFIG__LUX: '50' },
    });
    expect(configuration.apps['hall']).toMatchObject({
      class: 'Light',
      logLevel: 'debug',
      config: { light: 'light.hall', lux: 50 },
    });
  });
});

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { ConfigurationSchema } from '../../src/config/schema.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { checkApps } from '../../src/runtime/check-apps.ts';
import { valid } from '../config/given-folder.ts';
import { root } from '../source-files.ts';
import { type CodeBlock, codeBlocks, pages } from './pages.ts';

const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  yaml: parseYaml,
  toml: parseToml,
  json: JSON.parse,
};

/** What a block says, if it is a configuration or some sections of one. */
function settingsIn({ info, text }: CodeBlock): Readonly<Record<string, unknown>> | undefined {
  const settings: unknown = parsers[info]?.(text);
  if (typeof settings !== 'object' || settings === null) return undefined;
  const isConfiguration = Object.keys(settings).every((key) => Object.hasOwn(ConfigurationSchema.shape, key));
  return isConfiguration ? { ...settings } : undefined;
}

const blocks = pages()
  .flatMap((page) => codeBlocks(page))
  .flatMap((block) => {
    const settings = settingsIn(block);
    return settings === undefined ? [] : [{ ...block, settings, where: `${block.file}:${block.line}` }];
  });

const environment = {
  HOME_ASSISTANT_URL: 'http://homeassistant.local:8123',
  HOME_ASSISTANT_TOKEN: 'token',
  CABIN_TOKEN: 'token',
  STORAGE_PASSWORD: 'password',
  ALARM_CODE: '4711',
};

describe('configurations in the documentation', () => {
  it('are seen', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(17);
  });

  it.each(blocks)('are right at $where', async ({ info, text, settings }) => {
    const homes = 'homes' in settings ? '' : 'homes: { default: simulated }\n';
    const certificate = await readFile(join(root, 'test/fixtures/tls/cert.pem'), 'utf8');
    const { configuration } = await valid({
      files: { [`hassette.${info}`]: homes + text, 'apps/empty.ts': '', 'certificates/ca.pem': certificate },
      environment,
    });
    const samples = new Set(
      pages()
        .filter(({ file }) => file.startsWith('docs/recipes/'))
        .map(({ file }) => pascalCase(basename(file, '.md'))),
    );
    const ofSamples = Object.entries(configuration.apps).filter(([, app]) => samples.has(app.class));
    const checked = await checkApps({
      apps: Object.fromEntries(ofSamples),
      appsFolder: join(root, 'apps'),
      homes: Object.keys(configuration.homes),
      clock: new SystemClock(),
      originOf: () => ({ kind: 'nowhere' }),
    });
    expect(checked.flatMap(({ problems }) => problems.map(({ path, message }) => `${path}: ${message}`))).toEqual([]);
  });
});

function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  loadConfiguration,
  type InvalidConfiguration,
  type ValidConfiguration,
} from '../../src/config/load-configuration.ts';
import type { ConfigurationRequest } from '../../src/config/sources.ts';

/** A folder with these files, gone when the test is. */
export async function givenFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hassette-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

type Given = Partial<ConfigurationRequest> & { readonly files?: Readonly<Record<string, string>> };

async function load({ files = {}, ...request }: Given) {
  const folder = request.folder ?? (await givenFolder(files));
  return { folder, loaded: await loadConfiguration({ environment: {}, ...request, folder }) };
}

export async function valid(given: Given): Promise<ValidConfiguration> {
  const { loaded } = await load(given);
  if (loaded.kind === 'invalid')
    throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return loaded;
}

export async function invalid(given: Given): Promise<InvalidConfiguration> {
  const { loaded } = await load(given);
  if (loaded.kind === 'valid') throw new Error('The configuration is valid, which it should not be');
  return loaded;
}

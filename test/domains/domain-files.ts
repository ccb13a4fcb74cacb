import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'oxfmt';
import { generatedFiles } from '../../src/home-assistant/domains/generated-files.ts';
import type { HomeDescriptions } from '../../src/home-assistant/domains/home-descriptions.ts';
import { root } from '../source-files.ts';

/** What a real home said of itself, of which the types of domains are made. */
export const RECORDING = join(root, 'test/fixtures/domains/home.json');

/** Where the made files are. */
export const DOMAINS = join(root, 'src/home-assistant/domains');

export function readRecording(): HomeDescriptions {
  return JSON.parse(readFileSync(RECORDING, 'utf8'));
}

/** The made files by their paths, laid out as everything here is. */
export async function laidOutFiles(descriptions: HomeDescriptions): Promise<ReadonlyMap<string, string>> {
  const { ignorePatterns: _, ...options } = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8'));
  const files = Object.entries(generatedFiles(descriptions)).map(async ([name, text]) => {
    const { code, errors } = await format(name, text, options);
    if (errors.length > 0) throw new Error(`${name} is no TypeScript: ${errors[0]?.message}\n${text}`);
    return [join(DOMAINS, name), code] as const;
  });
  return new Map(await Promise.all(files));
}

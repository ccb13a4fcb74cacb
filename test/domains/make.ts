import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { describedBy, type HomeDescriptions } from '../../src/home-assistant/domains/home-descriptions.ts';
import { root } from '../source-files.ts';
import { laidOutFiles, readRecording, RECORDING } from './domain-files.ts';
import { askForDescriptions } from './home-answers.ts';

/**
 * Makes the types of domains: those of their states and of their services. See docs/reference/domains.md.
 *
 *   npm run domains                                         anew from the recording
 *   npm run domains -- --url http://… --token … [--check]   from what a home says, which is recorded
 *
 * With `--check` nothing is written, and what would change fails it.
 */
async function make(): Promise<void> {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, token: { type: 'string' }, check: { type: 'boolean' } },
  });
  const { url, token } = values;
  if ((url === undefined) !== (token === undefined)) {
    throw new Error('A home is asked with both: --url http://homeassistant.local:8123 --token …');
  }
  const files = new Map<string, string>();
  const recorded = readRecording();
  let descriptions = recorded;
  if (url !== undefined && token !== undefined) {
    descriptions = describedBy(await askForDescriptions({ url, token }));
    files.set(RECORDING, `${JSON.stringify(descriptions, undefined, 1)}\n`);
    tell('new', idsOf(descriptions).difference(idsOf(recorded)));
    // A home that has less set up would take away what others rely on.
    tell('no longer there', idsOf(recorded).difference(idsOf(descriptions)));
  }
  for (const [path, text] of await laidOutFiles(descriptions)) files.set(path, text);
  for (const [path, text] of files) {
    const same = readFileSync(path, 'utf8') === text;
    process.stdout.write(`${relative(root, path)}: ${same ? 'as it was' : 'changed'}\n`);
    if (same) continue;
    if (values.check === true) process.exitCode = 1;
    else writeFileSync(path, text);
  }
}

function idsOf({ services }: HomeDescriptions): Set<string> {
  return new Set(
    Object.entries(services).flatMap(([domain, described]) =>
      Object.keys(described).map((name) => `${domain}.${name}`),
    ),
  );
}

function tell(what: string, ids: ReadonlySet<string>): void {
  if (ids.size > 0) process.stdout.write(`Services that are ${what}: ${[...ids].join(', ')}\n`);
}

try {
  await make();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

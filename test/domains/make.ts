import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { describedBy } from '../../src/home-assistant/domains/home-descriptions.ts';
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
const { values } = parseArgs({
  options: { url: { type: 'string' }, token: { type: 'string' }, check: { type: 'boolean' } },
});
const { url, token } = values;
if ((url === undefined) !== (token === undefined)) {
  throw new Error('A home is asked with both: --url http://homeassistant.local:8123 --token …');
}

const files = new Map<string, string>();
if (url !== undefined && token !== undefined) {
  const descriptions = describedBy(await askForDescriptions({ url, token }));
  files.set(RECORDING, `${JSON.stringify(descriptions, undefined, 1)}\n`);
  for (const [path, text] of await laidOutFiles(descriptions)) files.set(path, text);
} else {
  for (const [path, text] of await laidOutFiles(readRecording())) files.set(path, text);
}

for (const [path, text] of files) {
  const same = present(path) === text;
  process.stdout.write(`${relative(root, path)}: ${same ? 'as it was' : 'changed'}\n`);
  if (same) continue;
  if (values.check === true) process.exitCode = 1;
  else writeFileSync(path, text);
}

function present(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It is made for the first time.
    return undefined;
  }
}

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { jsonSchema } from '../config/json-schema.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

export interface SchemaOptions {
  readonly write?: string;
}

/** `hassette schema`: what editors need to complete and check a configuration. */
export async function schema({ write }: SchemaOptions, at: Surroundings): Promise<number> {
  const text = JSON.stringify(jsonSchema(), undefined, 2);
  if (write === undefined) {
    at.print(text);
  } else {
    const file = resolve(at.folder, write);
    await writeFile(file, `${text}\n`);
    at.say(`Written to ${file}. In YAML: # yaml-language-server: $schema=${write}`);
  }
  return exitCodes.done;
}

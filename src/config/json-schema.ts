import { z } from 'zod';
import { ConfigurationSchema } from './schema.ts';
import type { Tree } from './tree.ts';

/** The JSON schema (draft 7, which editors know best) of what a configuration file may say. */
export function jsonSchema(): Tree {
  return {
    ...z.toJSONSchema(ConfigurationSchema, { io: 'input', target: 'draft-7' }),
    title: 'Configuration of Hassette',
  };
}

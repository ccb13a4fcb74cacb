import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** What is still used when all is collected that nobody holds, in megabytes. */
export function heapMb(): number {
  if (typeof collect !== 'function') throw new Error('This Node cannot be told to collect');
  collect();
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

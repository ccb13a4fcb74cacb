import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const fixture = fileURLToPath(new URL('../fixtures/kernel/rejections.ts', import.meta.url));

describe('installRejectionGuard', () => {
  // In a process of its own: vitest listens for the same events in this one.
  it(
    'traces what nobody handles to its executor, app and handler, and keeps the process alive',
    { timeout: 30_000 },
    async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [fixture]);
      expect(JSON.parse(stdout)).toEqual(
        [
          'one: after an await of app of one: Error: b (rejection)',
          'one: at once of app of one: Error: a (rejection)',
          'one: fatal: Error: fatal',
          'one: log: of nobody',
          'one: thrown in a timer of app of one: Error: e (exception)',
          'two: fatal: Error: fatal',
          'two: in a then of app of two: Error: d (rejection)',
          'two: in a timer of app of two: Error: c (rejection)',
          'two: log: of nobody',
          'two: out of an emitter of app of two: Error: f (exception)',
        ].toSorted(),
      );
    },
  );
});

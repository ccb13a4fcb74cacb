import { parentPort } from 'node:worker_threads';
import { InvalidArgument } from '../../kernel/errors.ts';
import { type SqliteRequest, SqliteHere } from './sqlite-engine.ts';
import { failureOf } from './sqlite-failure.ts';
import type { SqliteReply } from './sqlite-thread.ts';

/** The thread in which a database waits for its disk. */
if (parentPort === null) throw new InvalidArgument('sqlite-worker.ts is for worker threads');
const port = parentPort;
const database = new SqliteHere();

port.on('message', ({ id, request }: { readonly id: number; readonly request: SqliteRequest }) => {
  port.postMessage(replyTo(id, request));
});

function replyTo(id: number, request: SqliteRequest): SqliteReply {
  try {
    const answer = database.answer(request);
    if (request.ask !== 'commit' || !Array.isArray(answer)) return { id, answer };
    // An error of SQLite's would lose its code on the way.
    const results = answer.map((each) =>
      'kind' in each && each.kind === 'failed' ? { ...each, error: failureOf(each.error) } : each,
    );
    return { id, answer: results };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

import { Worker } from 'node:worker_threads';
import { runOutsideExecutions } from '../../kernel/execution.ts';
import { StorageUnavailable } from '../storage-errors.ts';
import type { SqliteAnswers, SqliteEngine, SqliteRequest } from './sqlite-engine.ts';
import { errorOf, type SqliteFailure } from './sqlite-failure.ts';

/** What comes back from the thread. */
export type SqliteReply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: SqliteFailure };

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

const ENTRY = new URL(`./sqlite-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** It holds little at a time; without a limit V8 takes what it is given. */
const MEMORY = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/** A database in a thread of its own, so that a disk that takes its time keeps no automation waiting. */
export class SqliteThread implements SqliteEngine {
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #ended: Error | undefined;
  #lastId = 0;

  ask<R extends SqliteRequest>(request: R): Promise<SqliteAnswers[R['ask']]> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#lastId += 1;
      // The thread answers each request with an answer of its kind.
      this.#pending.set(this.#lastId, { resolve, reject });
      this.#running().postMessage({ id: this.#lastId, request });
    });
  }

  /** Ends the thread. What is still asked is rejected. */
  async end(): Promise<void> {
    const worker = this.#worker;
    this.#gone(new StorageUnavailable('The storage is closed'));
    await worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = runOutsideExecutions(
      () => new Worker(ENTRY, { name: 'storage', execArgv: [], resourceLimits: MEMORY }),
    );
    worker.on('message', (reply: SqliteReply) => runOutsideExecutions(() => this.#take(reply)));
    const onEnd = (why: string): void =>
      this.#gone(
        new StorageUnavailable(`The thread of the storage ended: ${why}`, {
          hint: 'Start the daemon again.',
          mayHaveRun: true,
        }),
      );
    worker.on('error', (error) => onEnd(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => onEnd(`it exited with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #take(reply: SqliteReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ('failure' in reply) pending?.reject(errorOf(reply.failure));
    else pending?.resolve(reply.answer);
  }

  #gone(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#worker = undefined;
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }
}

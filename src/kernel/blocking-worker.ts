import { constants, runInThisContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { type BlockingReply, type BlockingRequest, packThrown } from './blocking-message.ts';

/** The other end of {@link BlockingPool}: runs one function after another, each from its source. */

// What compilers put into the source of functions: esbuild, and tsx with it, to keep their names; vitest for an import.
Object.assign(globalThis, {
  __name: (named: unknown) => named,
  __vite_ssr_dynamic_import__: (specifier: string) => import(specifier),
});

parentPort?.on('message', (request: BlockingRequest) => {
  void run(request);
});

async function run({ id, source, name, args }: BlockingRequest): Promise<void> {
  try {
    const fn: unknown = runInThisContext(`'use strict'; (${source})`, {
      filename: `runBlocking/${name}`,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (typeof fn !== 'function') throw new TypeError('the source is not that of a function');
    const value: unknown = await fn(...args);
    reply({ id, kind: 'done', value });
  } catch (error) {
    reply({ id, kind: 'failed', thrown: packThrown(error) });
  }
}

function reply(message: BlockingReply): void {
  parentPort?.postMessage(message);
}

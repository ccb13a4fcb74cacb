import { pino } from 'pino';
import { type ExecutorOptions, Executor } from '../../src/kernel/executor.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { Life } from '../../src/kernel/life.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

export const START = Temporal.Instant.from('2026-03-01T12:00:00Z');

export interface LoggedLine {
  readonly level: number;
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** An executor under virtual time, with what it logged and the failures it told of. */
export function makeExecutor(options: Partial<ExecutorOptions> & { readonly busyLimitMs?: number } = {}) {
  const clock = new VirtualClock({ now: START, busyLimitMs: options.busyLimitMs });
  const lines: LoggedLine[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let ids = 0;
  const executor = new Executor({ clock, logger, newId: () => `run-${(ids += 1)}`, ...options });
  const failures: Failure[] = [];
  executor.onFailure((failure) => failures.push(failure));
  clock.addActivity(executor);
  return { clock, executor, lines, failures, life: new Life('hallway_light') };
}

/** A handler whose runs end when the test says so, and which keeps what happened in order. */
export function controlledHandler() {
  const log: string[] = [];
  const open = new Map<string, PromiseWithResolvers<unknown>>();
  return {
    log,
    run(input: string, execution: { readonly signal: AbortSignal }): Promise<unknown> {
      log.push(`start ${input}`);
      const gate = Promise.withResolvers<unknown>();
      open.set(input, gate);
      execution.signal.addEventListener('abort', () => log.push(`abort ${input}`), { once: true });
      return gate.promise.then((value) => {
        log.push(`end ${input}`);
        return value;
      });
    },
    async end(input: string, value?: unknown): Promise<void> {
      open.get(input)?.resolve(value);
      await turn();
    },
    async fail(input: string, error: unknown): Promise<void> {
      open.get(input)?.reject(error);
      await turn();
    },
  };
}

/** Lets all that is resolved already have its effect. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { Cancelled } from './errors.ts';
import { currentExecution } from './execution.ts';
import type { Executor } from './executor.ts';
import type { Logger } from './logging.ts';
import { NotInCondition } from './tracked-reads.ts';

export interface RejectionGuardOptions {
  readonly executor: Executor;
  readonly logger: Pick<Logger, 'debug' | 'error'>;
  /**
   * Given an exception that nobody caught and that is no app's: the process is in an unknown state and should end.
   * Without it uncaught exceptions are left to Node.
   */
  readonly onFatal?: ((error: unknown) => void) | undefined;
}

/**
 * Keeps what apps leave behind from ending the daemon: promises that are rejected with nobody to handle it, and
 * exceptions out of raw timers and event emitters.
 *
 * Node (since 24, with its AsyncContextFrame) emits both events in the async context of the rejection or the throw, so
 * the current execution there is the one to blame; tried on 26.10 with a rejection at once, after an await, in a
 * `then`, and of a promise made in another execution. There may be several executors in one process, each with its
 * guard: each answers for its own executions, and all of them for what is nobody's.
 */
export function installRejectionGuard(options: RejectionGuardOptions): Disposable {
  const { executor, logger, onFatal } = options;

  const onRejection = (reason: unknown): void => {
    const execution = currentExecution();
    if (reason instanceof Cancelled) {
      logger.debug({ err: reason }, 'A promise that nobody awaits was called off');
      return;
    }
    // Whoever asked the condition has told of it.
    if (reason instanceof NotInCondition) return;
    if (execution === undefined)
      logger.error({ err: reason }, 'A promise was rejected and nobody handled it; it came from no app');
    else executor.reportUnhandled(execution, reason, 'rejection');
  };

  const onException = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void => {
    if (origin === 'unhandledRejection') return;
    const execution = currentExecution();
    if (execution === undefined) onFatal?.(error);
    else executor.reportUnhandled(execution, error, 'exception');
  };

  process.on('unhandledRejection', onRejection);
  if (onFatal !== undefined) process.on('uncaughtException', onException);
  return {
    [Symbol.dispose]() {
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtException', onException);
    },
  };
}

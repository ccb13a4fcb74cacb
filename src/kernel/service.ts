import { formatDuration } from './duration.ts';
import { Resource } from './resource.ts';
import { afterFailure, DEFAULT_SUPERVISION, type Supervision, type SupervisionVerdict } from './supervision.ts';
import { sleep } from './waiting.ts';

/**
 * A resource whose work goes on by itself and may break off. It is then begun again, after waits that grow, as long as
 * its budget lasts; what happens afterwards is the service's own policy.
 */
export abstract class Service extends Resource {
  protected readonly supervision: Supervision = DEFAULT_SUPERVISION;
  #work: Promise<void> | undefined;
  /** Whether the work has ever begun well, or is done without: the start need not wait any longer. */
  #begun = false;
  #restarts = 0;

  /**
   * Does the work until the signal is aborted. A throw is a failure; to return before is to have finished, and the
   * service stops.
   *
   * @param ready - to be called once the work has begun well: the start of the service waits for it.
   */
  protected abstract run(signal: AbortSignal, ready: () => void): Promise<void>;

  /** Whether to begin again may help. If not, the service's policy applies at once. */
  protected mayHeal(_error: unknown): boolean {
    return true;
  }

  protected override async onStart(signal: AbortSignal): Promise<void> {
    const begun = Promise.withResolvers<void>();
    this.#work = this.#supervise(signal, begun).catch((error: unknown) => {
      // Called off while it waited, which is how this ends as a rule.
      begun.reject(error);
      if (!signal.aborted) this.logger.fatal({ err: error }, 'its supervision broke off');
    });
    await begun.promise;
  }

  protected override async onStop(): Promise<void> {
    await this.#work;
  }

  protected override details(): Readonly<Record<string, unknown>> | undefined {
    return { restarts: this.#restarts };
  }

  async #supervise(signal: AbortSignal, begun: PromiseWithResolvers<void>): Promise<void> {
    let failuresMs: readonly number[] = [];
    for (;;) {
      try {
        await this.run(signal, () => this.#ready(begun));
        signal.throwIfAborted();
        break;
      } catch (error) {
        signal.throwIfAborted();
        const verdict = this.#judge(error, failuresMs);
        failuresMs = verdict.failuresMs;
        if (!(await this.#goOn(signal, verdict.next, error, begun))) return;
      }
    }
    await this.#begin(begun);
    // Not awaited: the stop waits for this very work to end.
    void this.stop();
  }

  #judge(error: unknown, failuresMs: readonly number[]): SupervisionVerdict {
    const random = (this.context.random ?? Math.random)();
    const allowed = this.mayHeal(error) ? this.supervision : { ...this.supervision, restarts: 0 };
    return afterFailure(failuresMs, this.clock.monotonicMs(), allowed, random);
  }

  /** Acts on a verdict. Resolves to whether the work is to be begun again. */
  async #goOn(
    signal: AbortSignal,
    next: SupervisionVerdict['next'],
    error: unknown,
    begun: PromiseWithResolvers<void>,
  ): Promise<boolean> {
    if (next.kind === 'end-daemon' && !this.#begun) {
      // Whoever starts it hears of it and decides.
      begun.reject(error);
      return false;
    }
    if (this.#begun || next.kind !== 'restart') await this.#begin(begun);
    if (next.kind === 'restart') {
      this.tell('lost', error);
      this.logger.error({ err: error }, `failed; begun again in ${formatDuration(next.inMs)}`);
    } else {
      this.tell('given-up', error);
      this.logger.error({ err: error }, GIVEN_UP[next.kind]);
    }
    if (next.kind === 'end-daemon') this.raiseFatal(error);
    if (next.kind === 'end-daemon' || next.kind === 'go-without') return false;
    await sleep(this.clock, next.inMs, signal, `wait before "${this.path}" is begun again`);
    if (next.kind === 'cool-down') this.tell('anew', error);
    this.#restarts += 1;
    return true;
  }

  #ready(begun: PromiseWithResolvers<void>): void {
    this.#begun = true;
    begun.resolve();
    if (!this.signal.aborted) this.tell('recovered', undefined);
  }

  /** Lets the start end well, and waits until its status says so. */
  async #begin(begun: PromiseWithResolvers<void>): Promise<void> {
    this.#begun = true;
    begun.resolve();
    await this.start();
  }
}

const GIVEN_UP = {
  'cool-down': 'failed too often; it is left alone for a while',
  'go-without': 'failed too often; the daemon goes on without it',
  'end-daemon': 'failed too often; the daemon ends',
} as const;

import type { HomeLink, HomeStatus } from '../../home-assistant/home-link.ts';
import { AppThreadBehind } from '../app-errors.ts';
import type { DaemonEnd } from './thread-protocol.ts';

export interface HomeTellingOptions {
  readonly link: HomeLink;
  readonly thread: DaemonEnd;
  /** Messages that may be on their way to the thread without its having read them. */
  readonly capacity: number;
  /** It reads too slowly, or reads again. */
  readonly onBehind: (isBehind: boolean, unread: number) => void;
}

/** A thread says how much it has read each time it has read so much. */
export const READ_AT_ONCE = 256;

/**
 * What one thread is told of one home. Between threads there is no socket that could wait: what a thread that hangs does
 * not read would fill the daemon's memory. So one that is too far behind is told that the home is lost and nothing more,
 * until it reads; then it is told everything as it is, as after any gap.
 */
export class HomeTelling {
  readonly #options: HomeTellingOptions;
  readonly #home: string;
  #detach: (() => void) | undefined;
  #unread = 0;
  #isBehind = false;
  #status: HomeStatus = { phase: 'closed', generation: 0, clockOffsetMs: 0 };

  constructor(options: HomeTellingOptions) {
    this.#options = options;
    this.#home = options.link.home;
  }

  start(): void {
    const { link, thread } = this.#options;
    const home = this.#home;
    this.#detach = link.attach({
      onStatus: (status) => {
        this.#status = status;
        thread.tell('home.status', { home, status });
        this.#count();
      },
      onSnapshot: (snapshot) => {
        thread.tell('home.snapshot', { home, snapshot });
        this.#count();
      },
      onDifferences: (differences) => {
        thread.tell('home.differences', { home, differences });
        this.#count();
      },
      onDifference: (entityId, difference) => {
        thread.tell('home.difference', { home, entityId, difference });
        this.#count();
      },
      onEvent: (event) => {
        thread.tell('home.event', { home, event });
        this.#count();
      },
      onConfig: (config) => {
        thread.tell('home.config', { home, config });
        this.#count();
      },
      onProvenance: (news) => {
        thread.tell('home.provenance', { home, news });
        this.#count();
      },
    });
  }

  stop(): void {
    this.#detach?.();
    this.#detach = undefined;
    this.#isBehind = false;
  }

  /** The thread has read so many messages more. */
  read(messages: number): void {
    this.#unread -= messages;
    if (!this.#isBehind || this.#unread > this.#options.capacity / 2) return;
    this.#isBehind = false;
    this.#options.onBehind(false, this.#unread);
    this.start();
  }

  #count(): void {
    this.#unread += 1;
    if (this.#unread < this.#options.capacity || this.#isBehind || this.#detach === undefined) return;
    this.#isBehind = true;
    this.#detach();
    this.#detach = undefined;
    const { code, message, hint } = new AppThreadBehind(
      `The thread has not read ${this.#unread} messages of home "${this.#home}", and is told nothing more until it does`,
      { hint: 'Look for code in it that computes for long without a break, or for a loop without end.' },
    );
    const { generation, clockOffsetMs } = this.#status;
    const status = { phase: 'lost', generation, clockOffsetMs, problem: { code, message, hint } } as const;
    this.#options.thread.tell('home.status', { home: this.#home, status });
    this.#unread += 1;
    this.#options.onBehind(true, this.#unread);
  }
}

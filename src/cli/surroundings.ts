/** What a command finds around itself: the process, or what a test puts in its place. */
export interface Surroundings {
  /** The current folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal that a person looks at. */
  readonly interactive: boolean;
  /** What `npm install` takes for the very Hassette that runs. */
  installSpec(): string;
  /** Data, for whoever asked: standard output. */
  print(text: string): void;
  /** Messages, for whoever looks on: standard error. */
  say(text: string): void;
  /** Calls the listener whenever somebody wants an end of this; gives back what takes it away again. */
  onStopRequest(listener: (signal: StopSignal) => void): () => void;
  /** Ends at once, whatever is still going on. */
  exit(code: number): void;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What a command ended with. */
export const exitCodes = { done: 0, failed: 1, configuration: 2, interrupted: 130 } as const;

/** Hears requests for an end from the moment it is made, also before there is anything to stop. */
export class StopRequests implements Disposable {
  readonly #forget: () => void;
  #count = 0;
  #stop: (() => void) | undefined;

  constructor(at: Surroundings) {
    this.#forget = at.onStopRequest((signal) => {
      this.#count += 1;
      if (this.#count > 1) {
        at.exit(exitCodes.interrupted);
        return;
      }
      at.say(`${signal}: stopping. A second one ends at once.`);
      this.#stop?.();
    });
  }

  get heard(): boolean {
    return this.#count > 0;
  }

  /** Calls `stop` on a request; at once, if there was one already. */
  whenHeard(stop: () => void): void {
    this.#stop = stop;
    if (this.heard) stop();
  }

  [Symbol.dispose](): void {
    this.#forget();
  }
}

/** The surroundings of the real process. */
export function processSurroundings(installSpec: () => string): Surroundings {
  return {
    folder: process.cwd(),
    environment: process.env,
    interactive: process.stdout.isTTY,
    installSpec,
    print: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    onStopRequest: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

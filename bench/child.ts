import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Message {
  readonly kind: string;
}

export interface ChildOptions {
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const ANSWER_LIMIT_MS = 60_000;
const END_LIMIT_MS = 10_000;

/** A process of Node's that is measured or that helps to measure. It tells by messages, each of which has a kind. */
export class Child implements AsyncDisposable {
  /** When it was begun, in milliseconds since the epoch. */
  readonly beganMs = performance.timeOrigin + performance.now();
  readonly #process: ChildProcess;
  readonly #messages: Message[] = [];
  readonly #args: readonly string[];
  #said = '';
  #wake: (() => void) | undefined;

  constructor({ args, cwd, environment }: ChildOptions) {
    this.#args = args;
    this.#process = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process.on('message', (message: Message) => {
      this.#messages.push(message);
      this.#wake?.();
    });
    this.#process.on('exit', () => this.#wake?.());
    const listen = (chunk: Buffer): void => {
      this.#said += chunk.toString();
    };
    this.#process.stdout?.on('data', listen);
    this.#process.stderr?.on('data', listen);
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.#args.join(' ')} did not start`);
    return this.#process.pid;
  }

  send(message: unknown): void {
    this.#process.send(message as object);
  }

  /** The next message of a kind. Those of other kinds stay for whoever asks for them. */
  async next<M extends Message>(kind: M['kind']): Promise<M> {
    const endMs = performance.now() + ANSWER_LIMIT_MS;
    for (;;) {
      const index = this.#messages.findIndex((message) => message.kind === kind);
      const [found] = index < 0 ? [] : this.#messages.splice(index, 1);
      if (found !== undefined) return found as M;
      if (this.#process.exitCode !== null) throw this.#failure(`ended with ${this.#process.exitCode}`);
      if (performance.now() > endMs) throw this.#failure('said nothing in time');
      await Promise.race([sleep(1000), new Promise<void>((resolve) => (this.#wake = resolve))]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), END_LIMIT_MS);
    await exited;
    clearTimeout(late);
  }

  #failure(what: string): Error {
    return new Error(`${this.#args.join(' ')} ${what}, waiting for a message. It said:\n${this.#said}`);
  }
}

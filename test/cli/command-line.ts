import { commandLine } from '../../src/cli/main.ts';
import type { StopSignal, Surroundings } from '../../src/cli/surroundings.ts';
import { givenFolder } from '../config/given-folder.ts';

export interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly installSpec?: string;
}

/** A command that runs in this process, in a folder of its own. */
export interface RunningCommand {
  readonly folder: string;
  /** What it printed for whoever asked. */
  readonly printed: () => string;
  /** What it said to whoever looked on. */
  readonly said: () => string;
  readonly exitCode: Promise<number>;
  /** With which codes it ended the process at once. */
  readonly exits: readonly number[];
  /** Sends a signal, as soon as the command listens. */
  readonly signal: (signal: StopSignal) => Promise<void>;
}

/** Starts a command. Nothing of it reaches this process's own output, signals or environment. */
export async function start(args: readonly string[], given: Given = {}): Promise<RunningCommand> {
  const folder = given.folder ?? (await givenFolder(given.files ?? {}));
  const printed: string[] = [];
  const said: string[] = [];
  const exits: number[] = [];
  const listeners = new Set<(signal: StopSignal) => void>();
  const listening = Promise.withResolvers<void>();
  const at: Surroundings = {
    folder,
    environment: given.environment ?? {},
    interactive: false,
    installSpec: () => given.installSpec ?? '^0.1.0',
    print: (text) => void printed.push(text),
    say: (text) => void said.push(text),
    onStopRequest: (listener) => {
      listeners.add(listener);
      listening.resolve();
      return () => void listeners.delete(listener);
    },
    exit: (code) => void exits.push(code),
  };
  return {
    folder,
    exits,
    printed: () => printed.join('\n'),
    said: () => said.join('\n'),
    exitCode: commandLine(args, at),
    signal: async (signal) => {
      await listening.promise;
      for (const listener of listeners) listener(signal);
    },
  };
}

/** Runs a command to its end. */
export async function run(args: readonly string[], given: Given = {}) {
  const command = await start(args, given);
  const exitCode = await command.exitCode;
  return { folder: command.folder, exitCode, printed: command.printed(), said: command.said() };
}

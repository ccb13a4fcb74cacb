import { readFile } from 'node:fs/promises';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { DemoHome } from '../simulator/demo-home.ts';
import { parseRecording, RecordingUnreadable } from '../simulator/recording/home-recording.ts';
import { recordedHome } from '../simulator/recording/recorded-home.ts';
import type { SimulatedHome } from '../simulator/simulated-home.ts';

/** A simulated home, and the life in it: people who come and go, or, in one that was recorded, nobody. */
export interface LivingHome {
  readonly home: SimulatedHome;
  start(): void;
  stop(): void;
  /** Brings everything to where it is at the present moment. */
  step(): void;
}

/**
 * The simulated home that the configuration wants. Of several homes each has a day of its own.
 *
 * @throws RecordingUnreadable
 */
export async function livingHome(
  { seed: given, home: file }: Pick<Configuration['simulate'], 'seed' | 'home'>,
  clock: Clock,
  name = 'default',
): Promise<LivingHome> {
  const seed = seedOf(name, given);
  if (file === undefined) return new DemoHome({ clock, seed });
  const home = recordedHome(parseRecording(await textOf(file), file), { clock, seed });
  const nothing = (): void => undefined;
  return { home, start: nothing, stop: nothing, step: nothing };
}

/** The same seed gives the same day in the home that most people have alone. */
function seedOf(name: string, seed: number): number {
  if (name === 'default') return seed;
  let sum = seed;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RecordingUnreadable(`The recording of a home cannot be read: ${why}`, {
      cause,
      hint: 'Record one: hassette simulate --record FILE',
    });
  }
}

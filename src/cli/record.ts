import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadConfiguration } from '../config/load-configuration.ts';
import { problemsText } from '../config/problem.ts';
import type { HomeConfiguration } from '../config/schema.ts';
import { Logging } from '../kernel/logging.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import type { HomeDifference } from '../simulator/recording/home-difference.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

export interface RecordOptions {
  readonly config?: string;
  /** The file, or true to compare alone. */
  readonly record: string | true;
  /** The home, where there are several. */
  readonly of?: string;
  readonly json?: boolean;
}

const LIMIT_MS = 60_000;
/** Of one question no more than so many differences are told; the first ones say what is the matter. */
const TOLD = 5;

type RealHome = Exclude<HomeConfiguration, 'simulated'>;

/** `hassette simulate --record`: what a real home is made of, and what the simulated home makes of it. */
export async function record(options: RecordOptions, at: Surroundings): Promise<number> {
  const { config } = options;
  const loaded = await loadConfiguration({
    folder: at.folder,
    environment: at.environment,
    flags: { config },
  });
  // What is wrong with apps is no matter here.
  const homes = loaded.kind === 'valid' ? loaded.configuration.homes : loaded.usable.homes;
  if (homes === undefined) {
    if (loaded.kind === 'invalid') at.say(problemsText(loaded.problems));
    return exitCodes.configuration;
  }
  const chosen = chosenHome(homes, options.of);
  if (typeof chosen === 'string') {
    at.say(chosen);
    return exitCodes.configuration;
  }
  const [name, home] = chosen;
  at.say(`Asking home "${name}" at ${home.url} …`);
  const { recordHome } = await import('../runtime/record-home.ts');
  const clock = new SystemClock();
  const logging = new Logging({ clock, format: 'silent' });
  const recorded = await recordHome({ name, home, limitMs: LIMIT_MS }, { clock, logging });
  if (recorded.kind === 'failed') {
    const { message, hint } = recorded.problem;
    at.say(`${message}${hint === undefined ? '' : `\n    ${hint}`}`);
    return exitCodes.failed;
  }
  const { recording, asked, differences } = recorded;
  if (typeof options.record === 'string') {
    const file = resolve(at.folder, options.record);
    await writeFile(file, `${JSON.stringify(recording, undefined, 1)}\n`, { mode: 0o600 });
    const { states, devices, areas } = recording;
    at.say(
      `Recorded ${states.length} entities, ${devices.length} devices and ${areas.length} areas in ${file}, without secrets.`,
    );
  }
  if (options.json === true) at.print(JSON.stringify({ asked, differences }, undefined, 2));
  else tellDifferences(differences, asked, at);
  return differences.length === 0 ? exitCodes.done : exitCodes.failed;
}

function chosenHome(
  homes: Readonly<Record<string, HomeConfiguration>>,
  wanted: string | undefined,
): [string, RealHome] | string {
  const real = Object.entries(homes).filter((entry): entry is [string, RealHome] => entry[1] !== 'simulated');
  const names = real.map(([name]) => `"${name}"`).join(', ');
  if (wanted !== undefined) {
    const found = real.find(([name]) => name === wanted);
    return (
      found ?? `There is no real home "${wanted}" in the configuration.${names === '' ? '' : ` There is ${names}.`}`
    );
  }
  const [first, second] = real;
  if (first === undefined) {
    return 'There is no real home in the configuration to record. Set HOME_ASSISTANT_URL and HOME_ASSISTANT_TOKEN.';
  }
  return second === undefined ? first : `There are several homes: ${names}. Say which to record: --of NAME`;
}

function tellDifferences(differences: readonly HomeDifference[], asked: number, at: Surroundings): void {
  if (differences.length === 0) {
    at.say(`The simulated home answered all ${asked} questions as the real one did.`);
    return;
  }
  const byQuestion = Map.groupBy(differences, ({ question }) => question);
  for (const [question, found] of byQuestion) {
    at.print(question);
    for (const { path, what } of found.slice(0, TOLD)) at.print(`  ${path === '' ? 'it' : path} ${what}`);
    if (found.length > TOLD) at.print(`  and ${found.length - TOLD} more`);
  }
  at.say(`Of ${asked} questions ${byQuestion.size} were answered differently by the simulated home.`);
}

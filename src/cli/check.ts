import { problemText } from '../config/problem.ts';
import { type Examination, examine, isWrong, wrongsOf } from './examination.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

export interface CheckOptions {
  readonly config?: string;
  readonly apps?: string;
  readonly app?: readonly string[];
  /** The home that is asked, or true for all of them. */
  readonly home?: string | true;
  readonly simulate?: boolean;
  readonly json?: boolean;
}

function sayReport({ problems, apps, homes }: Examination, at: Surroundings): void {
  const wrong = homes.flatMap(wrongsOf);
  if (problems.length > 0) {
    at.say(problems.length === 1 ? 'There is an error:' : `There are ${problems.length} errors:`);
    for (const problem of problems) at.say(`  ${problemText(problem)}`);
  }
  if (wrong.length > 0) {
    at.say('Asking the home did not go well:');
    for (const { where, what } of wrong) at.say(`  ${where}\n    ${what}`);
  }
  if (problems.length > 0 || wrong.length > 0) return;
  const asked =
    homes.length === 0 ? '' : `, ${homes.length === 1 ? 'the home answers' : `${homes.length} homes answer`}`;
  at.say(
    `The configuration is right, and so ${apps.length === 1 ? 'is its app' : `are its ${apps.length} apps`}${asked}.`,
  );
  const advice = homes.filter((home) => home.kind === 'answered' && home.advice.length > 0);
  if (advice.length > 0) at.say('There is something to be advised: see `hassette doctor`.');
}

/** `hassette check`: everything that can be known to be wrong without starting anything. */
export async function check(options: CheckOptions, at: Surroundings): Promise<number> {
  const { home, json, ...rest } = options;
  const homes = home === undefined ? 'none' : home === true ? 'all' : [home];
  const found = await examine({ ...rest, homes, flag: '--home' }, at);
  if (json === true) at.print(JSON.stringify(found, undefined, 2));
  else sayReport(found, at);
  if (found.problems.length > 0) return exitCodes.configuration;
  return found.homes.some(isWrong) ? exitCodes.failed : exitCodes.done;
}

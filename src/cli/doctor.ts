import { problemText } from '../config/problem.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { CheckedHome } from '../runtime/check-home.ts';
import { type Examination, examine, isWrong, wrongsOf } from './examination.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

export interface DoctorOptions {
  readonly config?: string;
  readonly apps?: string;
  readonly simulate?: boolean;
  readonly json?: boolean;
}

/** A line of the report, with what belongs to it below. */
interface Finding {
  readonly kind: 'right' | 'wrong' | 'advice';
  readonly message: string;
  readonly more?: readonly string[];
}

const LABEL_WIDTH = 'advice'.length + 2;
const LINE_WIDTH = 100;

function findingsOf(home: CheckedHome): readonly Finding[] {
  if (home.kind === 'failed') return wrongsOf(home).map(({ what }) => ({ kind: 'wrong', message: what }));
  const wrong = wrongsOf(home).map(({ where, what }): Finding => ({ kind: 'wrong', message: where, more: [what] }));
  const { version, entities, timeZone, roundTripMs, user } = home;
  const known = [`Home Assistant ${version}`, `${entities} entities`, timeZone, `${roundTripMs.toFixed(1)} ms away`];
  const who: readonly Finding[] =
    user?.isAdmin === true ? [{ kind: 'right', message: `its user "${user.name}" is an administrator` }] : [];
  const advice = home.advice.map(({ message, cost, remedy }): Finding => ({
    kind: 'advice',
    message,
    more: [cost, remedy],
  }));
  return [{ kind: 'right', message: `it answers: ${known.join(', ')}` }, ...clockOf(home), ...who, ...wrong, ...advice];
}

function clockOf(home: CheckedHome & { readonly kind: 'answered' }): readonly Finding[] {
  if (home.advice.some(({ about }) => about === 'clock')) return [];
  const apartMs = Math.round(home.clockOffsetMs);
  const than = `${formatDuration(Math.abs(apartMs))} ${apartMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  return [{ kind: 'right', message: apartMs === 0 ? "its clock is this machine's" : `its clock is ${than}` }];
}

/** A text in lines that can be read, each begun by as many blanks. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${' '.repeat(indent)}${each}`).join('\n');
}

function findingText({ kind, message, more = [] }: Finding): string {
  const indent = 2 + LABEL_WIDTH;
  const first = wrapped(message, indent).slice(indent);
  return [`  ${kind.padEnd(LABEL_WIDTH)}${first}`, ...more.map((text) => wrapped(text, indent))].join('\n');
}

function reportText({ problems, apps, homes }: Examination): string {
  const counted = apps.length === 1 ? 'so can its app' : `so can its ${apps.length} apps`;
  const own: readonly Finding[] =
    problems.length === 0
      ? [{ kind: 'right', message: `it can be read, and ${apps.length === 0 ? 'it has no apps' : counted}` }]
      : problems.map((problem) => ({ kind: 'wrong', message: problemText(problem).replace('\n    ', ': ') }));
  const sections = [
    { title: 'Configuration', findings: own },
    ...homes.map((home) => ({ title: `Home "${home.name}"`, findings: findingsOf(home) })),
  ];
  return sections.map(({ title, findings }) => [title, ...findings.map(findingText)].join('\n')).join('\n\n');
}

/** `hassette doctor`: how configuration and homes are, what is wrong with them, and what would be better otherwise. */
export async function doctor(names: readonly string[], options: DoctorOptions, at: Surroundings): Promise<number> {
  const { json, ...rest } = options;
  const homes = names.length === 0 ? 'all' : names;
  const found = await examine({ ...rest, homes, flag: 'doctor' }, at);
  at.print(json === true ? JSON.stringify(found, undefined, 2) : reportText(found));
  if (found.problems.length > 0) return exitCodes.configuration;
  return found.homes.some(isWrong) ? exitCodes.failed : exitCodes.done;
}

import { pathText, type Path } from './tree.ts';

/** Who said a value. */
export type Origin =
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly line?: number | undefined;
      readonly column?: number | undefined;
    }
  | { readonly kind: '.env'; readonly file: string; readonly variable: string }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'command line'; readonly flag: string }
  | { readonly kind: 'nowhere' };

/** One thing that is wrong with a configuration. */
export interface Problem {
  readonly origin: Origin;
  /** The place in the configuration, as in `apps.hall.enabled`; empty where the source itself cannot be read. */
  readonly path: string;
  /** What is wrong, in a sentence without its full stop. */
  readonly message: string;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
  readonly nearest?: string | undefined;
  readonly hint?: string | undefined;
}

function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}:${origin.column ?? 1}`;
    case '.env':
      return `${origin.variable} in ${origin.file}`;
    case 'environment':
      return `${origin.variable} in the environment`;
    case 'command line':
      return `${origin.flag} on the command line`;
    case 'nowhere':
      return '';
    default:
      return origin satisfies never;
  }
}

/** A problem in one line or two: where, then what. */
export function problemText(problem: Problem): string {
  const where = [originText(problem.origin), problem.path].filter((part) => part !== '').join('  ');
  const what = [/[.?!]$/.test(problem.message) ? problem.message : `${problem.message}.`];
  if (problem.nearest !== undefined) what.push(`Did you mean "${problem.nearest}"?`);
  if (problem.hint !== undefined) what.push(problem.hint);
  return where === '' ? what.join(' ') : `${where}\n    ${what.join(' ')}`;
}

export function problemsText(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'an error' : `${problems.length} errors`;
  return [`The configuration has ${count}:`, ...problems.map((problem) => `  ${problemText(problem)}`)].join('\n');
}

/** The sentence for a value that is not what its place takes. */
export function unexpected(found: string, expected: string): string {
  return `found ${found}, expected ${expected}`;
}

export function problemAt(origin: Origin, path: Path, message: string, more: Partial<Problem> = {}): Problem {
  return { origin, path: pathText(path), message, ...more };
}

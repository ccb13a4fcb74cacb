import type { core } from 'zod';
import { nearest } from '../kernel/nearest.ts';
import { HIDDEN } from '../kernel/redaction.ts';
import { isSecret, placeAt } from './place.ts';
import { problemAt, unexpected, type Origin, type Problem } from './problem.ts';
import { isTree, valueAt, type Path, type Tree } from './tree.ts';

type Issue = core.$ZodIssue;

/** What is needed to tell an issue of the schema as a problem of a person. */
export interface Telling {
  readonly schema: Tree;
  readonly tree: Tree;
  readonly originOf: (path: Path) => Origin;
}

const longestShown = 60;

/** A value in a few words; what may be a secret is not shown. */
function foundText(value: unknown, hidden: boolean): string {
  if (value === undefined || value === null) return 'nothing';
  if (value === '') return 'an empty text';
  if (hidden) return `something ${HIDDEN}`;
  if (typeof value === 'string') {
    return JSON.stringify(value.length > longestShown ? `${value.slice(0, longestShown)}…` : value);
  }
  if (Array.isArray(value)) return 'a list';
  if (isTree(value)) return 'a mapping';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

const typeTexts: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? String(texts[0]) : `one of ${texts.join(', ')}`;
}

function expectedText(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      // Words of the schema's own say more than the name of a type.
      if (!issue.message.startsWith('Invalid input')) return issue.message;
      return typeTexts[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      if (issue.origin === 'string') return 'a text that is not empty';
      return `a number ${issue.inclusive === false ? 'above' : 'of at least'} ${issue.minimum}`;
    case 'too_big':
      return `a number of at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.message;
    case 'custom':
      return String(issue.params?.['expected'] ?? issue.message);
    default:
      return issue.message;
  }
}

function pathOf(issue: Issue): Path {
  return issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
}

/** Of a union's branches the one that was meant: the first whose complaint is not about the kind of the whole value. */
function meant(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find((issues) =>
    issues.every((issue) => issue.path.length > 0 || (issue.code !== 'invalid_type' && issue.code !== 'invalid_value')),
  );
}

function unionProblems(issue: Extract<Issue, { code: 'invalid_union' }>, telling: Telling): readonly Problem[] {
  const path = pathOf(issue);
  const branch = meant(issue.errors);
  if (branch !== undefined) {
    return branch.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, telling));
  }
  const expected = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectedText(first)])).join(', or ');
  return [wrongValue(path, expected, telling)];
}

function wrongValue(path: Path, expected: string, telling: Telling, hint?: string): Problem {
  const value = valueAt(telling.tree, path);
  const found = foundText(value, isSecret(telling.schema, path));
  const values = placeAt(telling.schema, path)?.values.filter((known) => typeof known === 'string') ?? [];
  const key = path.at(-1);
  const missing = value === undefined && key !== undefined;
  return problemAt(
    telling.originOf(path),
    path,
    missing ? `"${key}" is missing, expected ${expected}` : unexpected(found, expected),
    {
      found,
      expected,
      hint,
      nearest: typeof value === 'string' ? nearest(value, values) : undefined,
    },
  );
}

function problemsOf(issue: Issue, telling: Telling): readonly Problem[] {
  const path = pathOf(issue);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = placeAt(telling.schema, path)?.keys ?? [];
      return issue.keys.map((key) => {
        const near = nearest(key, known);
        const expected = oneOf(known);
        return problemAt(
          telling.originOf([...path, key]),
          [...path, key],
          near === undefined ? `the key is not known, expected ${expected}` : 'the key is not known',
          {
            found: key,
            expected,
            nearest: near,
          },
        );
      });
    }
    case 'invalid_union':
      return unionProblems(issue, telling);
    case 'invalid_key': {
      const expected = issue.issues.map((inner) => expectedText(inner)).join(', ');
      const key = String(path.at(-1));
      return [
        problemAt(telling.originOf(path), path, unexpected(`the name "${key}"`, expected), { found: key, expected }),
      ];
    }
    default: {
      const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
      return [wrongValue(path, expectedText(issue), telling, typeof hint === 'string' ? hint : undefined)];
    }
  }
}

/** All issues as problems. A key that is missing only because it is misspelt is told once, by its misspelling. */
export function schemaProblems(issues: readonly Issue[], telling: Telling): readonly Problem[] {
  const problems = issues.flatMap((issue) => problemsOf(issue, telling));
  const misspelt = new Set(
    problems.flatMap(({ path, nearest: near, found }) =>
      near !== undefined && found !== undefined && path.endsWith(found) ? [path.slice(0, -found.length) + near] : [],
    ),
  );
  return problems.filter(({ path, found }) => !(found === 'nothing' && misspelt.has(path)));
}

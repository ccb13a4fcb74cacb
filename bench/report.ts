import { rounded } from './figures.ts';

/** What is wanted of a figure. */
export type Aim = { readonly atLeast: number } | { readonly atMost: number };

export interface Row {
  readonly group: string;
  readonly what: string;
  /** Of hassette, in words. */
  readonly hassette: string;
  /** What it is held against, in words. */
  readonly beside: string;
  /** The one number that is judged, or that sums up the rest. */
  readonly figure: number;
  readonly unit: string;
  readonly aim?: Aim | undefined;
  /** Everything that was measured. */
  readonly data: Readonly<Record<string, unknown>>;
}

export type Verdict = 'met' | 'missed' | 'missed by more than a fifth' | '';

/** An aim missed by no more than a fifth is told from one that is far away. */
export function verdictOf({ figure, aim }: Pick<Row, 'figure' | 'aim'>): Verdict {
  if (aim === undefined) return '';
  if ('atLeast' in aim ? figure >= aim.atLeast : figure <= aim.atMost) return 'met';
  const excess = 'atLeast' in aim ? aim.atLeast / figure : figure / aim.atMost;
  return excess <= 1.2 ? 'missed' : 'missed by more than a fifth';
}

export function tableOf(rows: readonly Row[]): string {
  const lines: (readonly string[])[] = [['', 'hassette', 'beside', 'figure', 'aim', 'verdict']];
  let group = '';
  for (const row of rows) {
    if (row.group !== group) lines.push([], [row.group]);
    group = row.group;
    const { what, hassette, beside, figure, unit, aim } = row;
    lines.push([`  ${what}`, hassette, beside, `${rounded(figure)} ${unit}`, wordsOf(aim), verdictOf(row)]);
  }
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...lines.map((line) => (line.length === 1 ? 0 : (line[column] ?? '').length))),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function wordsOf(aim: Aim | undefined): string {
  if (aim === undefined) return '';
  return 'atLeast' in aim ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`;
}

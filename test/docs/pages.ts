import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../source-files.ts';

/** A block of code in a page, or in a comment. */
export interface CodeBlock {
  /** The file that it stands in, from the project's folder. */
  readonly file: string;
  /** The line of the file that its first line is. */
  readonly line: number;
  /** What stands behind the fence, as in `ts` or `ts ignore`. */
  readonly info: string;
  readonly text: string;
}

export interface Page {
  /** From the project's folder. */
  readonly file: string;
  readonly text: string;
}

/** README and whatever else is written at the top, and all below `docs/`. */
export function pages(): readonly Page[] {
  const top = readdirSync(root).filter((name) => name.endsWith('.md'));
  const below = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return [...top, ...below.toSorted()].map(page);
}

export function page(file: string): Page {
  return { file, text: readFileSync(join(root, file), 'utf8') };
}

/** The fenced blocks of a text. `firstLine` is the line of the file that the text begins with. */
export function codeBlocks({ file, text }: Page, firstLine = 1): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open:
    | { readonly indent: string; readonly info: string; readonly line: number; readonly lines: string[] }
    | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    if (fence === null) {
      open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    } else if (open === undefined) {
      open = { indent: fence[1] ?? '', info: (fence[2] ?? '').trim(), line: firstLine + index + 1, lines: [] };
    } else {
      blocks.push({ file, line: open.line, info: open.info, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line - 1}: this block of code does not end`);
  return blocks;
}

/** A text without its blocks of code. */
export function prose(text: string): string {
  return text.replace(/^( *)```[^]*?^\1```$/gm, '');
}

/** The rows of all tables below a heading, up to the next heading: their cells, without the backticks of code. */
export function rowsBelow(text: string, heading: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (begin === -1) throw new Error(`There is no heading "${heading}"`);
  const length = lines.slice(begin + 1).findIndex((line) => /^#+ /.test(line));
  const section = lines.slice(begin + 1, length === -1 ? undefined : begin + 1 + length);
  return section
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(section[index + 1] ?? ''))
    .map(cells);
}

function isRule(line: string): boolean {
  return /^\|[\s:|-]+\|$/.test(line);
}

function cells(row: string): readonly string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());
}

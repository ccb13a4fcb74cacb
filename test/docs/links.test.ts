import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../source-files.ts';
import { type Page, pages, prose } from './pages.ts';

interface Link {
  readonly from: string;
  /** From the project's folder. */
  readonly file: string;
  readonly heading: string | undefined;
}

function linksIn({ file, text }: Page): readonly Link[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', heading] = target.split('#', 2);
      return { from: file, file: path === '' ? file : relative(root, join(root, dirname(file), path)), heading };
    });
}

/** The names by which a page's headings can be linked to, as GitHub makes them. */
function anchorsOf(file: string): readonly string[] {
  const text = prose(readFileSync(join(root, file), 'utf8'));
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken({ file, heading }: Link): boolean {
  if (!existsSync(join(root, file))) return true;
  return heading !== undefined && !anchorsOf(file).includes(heading);
}

describe('links', () => {
  const links = pages().flatMap(linksIn);

  it('lead to files and headings that are there', () => {
    expect(links.length).toBeGreaterThan(100);
    const broken = links.filter(isBroken).map(({ from, file, heading = '' }) => `${from}: ${file}#${heading}`);
    expect(broken).toEqual([]);
  });

  it('lead from the index of the documentation to every page of it', () => {
    const reached = new Set(['docs/README.md']);
    for (const file of reached) {
      for (const link of links)
        if (link.from === file && statSync(join(root, link.file)).isFile()) reached.add(link.file);
    }
    const all = pages().map(({ file }) => file);
    expect(all.filter((file) => file.startsWith('docs/') && !reached.has(file))).toEqual([]);
  });
});

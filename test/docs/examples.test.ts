import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from './compiled-examples.ts';
import { documentedExamples } from './doors.ts';
import { codeBlocks, pages } from './pages.ts';

const inPages = pages().flatMap((page) => codeBlocks(page));
const inDocumentation = documentedExamples();
const typescript = [...inPages, ...inDocumentation].filter(({ info }) => /^(ts|typescript)\b/.test(info));

describe('examples in TypeScript', () => {
  let problems: readonly string[] = [];

  beforeAll(async () => {
    problems = await compile(typescript.filter(({ info }) => info === 'ts'));
  }, 120_000);

  it('compile as they stand', () => {
    expect(problems).toEqual([]);
  });

  it('are all seen, and few are left out', () => {
    expect(inDocumentation.length).toBeGreaterThanOrEqual(50);
    expect(typescript.length - inDocumentation.length).toBeGreaterThanOrEqual(55);
    expect(typescript.filter(({ info }) => info !== 'ts').map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });
});

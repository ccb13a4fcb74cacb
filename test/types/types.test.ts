import { beforeAll, describe, expect, it } from 'vitest';
import { caseFiles, compileCases, type Diagnostic, expectedIn } from './compiled-cases.ts';

describe('types', () => {
  let found: readonly Diagnostic[] = [];

  beforeAll(async () => {
    found = await compileCases();
  }, 120_000);

  it('have cases', () => {
    expect(caseFiles().length).toBeGreaterThanOrEqual(4);
    expect(caseFiles().flatMap(expectedIn).length).toBeGreaterThanOrEqual(40);
  });

  it.each(caseFiles())('refuse in %s what is pointed at, in those words, and nothing else', (file) => {
    expect(found.filter((diagnostic) => diagnostic.file === file)).toEqual(expectedIn(file));
  });
});

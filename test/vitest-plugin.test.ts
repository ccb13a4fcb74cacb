import { describe, expect, it } from 'vitest';
import { hassette } from '../src/vitest.ts';

const DECORATED = `
import { App, runDaily } from 'hassette';
export class Bell extends App {
  @runDaily('07:00')
  ring(): void {}
}
`;

describe('hassette/vitest', () => {
  it('compiles decorators, and maps what it made to what was written', async () => {
    const compiled = await hassette().transform(DECORATED, '/apps/bell.ts');
    expect(compiled?.code).not.toMatch(/^\s*@/m);
    expect(compiled?.code).toContain('runDaily("07:00")');
    expect(JSON.parse(compiled?.map ?? '')).toMatchObject({ sourcesContent: [DECORATED] });
  });

  it.each([
    ['a file without decorators', '/** @example */\nexport const mail = "a@b.example";', '/apps/mail.ts'],
    ['what is no TypeScript', DECORATED, '/apps/bell.js'],
    ['a package', DECORATED, '/apps/node_modules/bell/bell.ts'],
  ])('leaves %s to vitest', async (_what, code, id) => {
    expect(await hassette().transform(code, id)).toBeUndefined();
  });
});

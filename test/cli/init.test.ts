import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './command-line.ts';

async function made(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

describe('hassette init', () => {
  it('makes a folder with an app, its test and all that belongs to it', async () => {
    const { folder, exitCode, said } = await run(['init', 'home']);
    expect(exitCode).toBe(0);
    expect((await made(join(folder, 'home'))).toSorted()).toEqual([
      '.env.example',
      '.gitignore',
      'apps/motion-light.test.ts',
      'apps/motion-light.ts',
      'hassette.yaml',
      'package.json',
      'tsconfig.json',
    ]);
    expect(said).toContain('cd home\n  npx hassette run --simulate');
  });

  it('makes what the other commands find right', async () => {
    const { folder } = await run(['init', 'home']);
    expect(await run(['check', '--simulate'], { folder: join(folder, 'home') })).toMatchObject({
      exitCode: 0,
      said: 'The configuration is right, and so is its app.',
    });
  });

  it('uses in its configuration what .env.example asks for, and nothing else', async () => {
    const { folder } = await run(['init', 'home']);
    const text = (name: string) => readFile(join(folder, 'home', name), 'utf8');
    const asked = [...(await text('.env.example')).matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    const used = [...(await text('hassette.yaml')).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(asked).toEqual(['HOME_ASSISTANT_URL', 'HOME_ASSISTANT_TOKEN']);
    expect(used).toEqual(asked);
    const { said } = await run(['check'], { folder: join(folder, 'home') });
    for (const name of asked) expect(said).toContain(`the variable ${name} is not set`);
  });

  it.each([
    ['^0.1.0', /^\^0\.1\.0$/],
    ['file:/packages/hassette-0.1.0.tgz', /^file:(\.\.\/)+packages\/hassette-0\.1\.0\.tgz$/],
  ])('installs Hassette as it was itself installed: %s', async (installSpec, expected) => {
    const { folder } = await run(['init', 'My Home!'], { installSpec });
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'My Home!/package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      name: 'my-home',
      type: 'module',
      dependencies: { hassette: expect.stringMatching(expected), node: expect.stringMatching(/^\^26\./) },
      devDependencies: { vitest: expect.stringMatching(/^\^\d/), typescript: expect.stringMatching(/^\^\d/) },
      allowScripts: { node: true, esbuild: true },
    });
  });

  it('overwrites nothing', async () => {
    const given = { files: { 'package.json': 'mine', 'apps/motion-light.ts': 'mine' } };
    const { folder, exitCode, said } = await run(['init', '.'], given);
    expect(exitCode).toBe(1);
    expect(said).toContain('there is already apps/motion-light.ts, package.json; nothing was written');
    expect((await made(folder)).toSorted()).toEqual(['apps/motion-light.ts', 'package.json']);
  });
});

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppLoader } from '../../src/apps/app-loader.ts';
import { HassetteError } from '../../src/kernel/errors.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { TemporaryFolder } from './temporary-folder.ts';

const MOTION = `
  import { App, duration, entityId, z } from 'hassette';
  export const Config = z.object({ light: entityId('light'), offAfter: duration().default('5m') });
  export class MotionLight extends App.with(Config) {}
`;

function loaderOf(folder: TemporaryFolder, options: { readonly cacheFolder?: string } = {}): AppLoader {
  return new AppLoader({ folder: folder.path, clock: new SystemClock(), ...options });
}

async function refusalOf(work: Promise<unknown>): Promise<HassetteError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HassetteError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('AppLoader', () => {
  it('finds a class by the name of its export, wherever it is in the folder', async () => {
    using folder = new TemporaryFolder({ 'lights/motion.ts': MOTION, 'other.ts': 'export const other = 1;' });
    using loader = loaderOf(folder);
    const { file, name, appClass } = await loader.find('MotionLight');
    expect({ file, name, className: appClass.name }).toEqual({
      file: 'lights/motion.ts',
      name: 'MotionLight',
      className: 'MotionLight',
    });
  });

  it('finds a class by file and name, and a default export by the name of the class', async () => {
    using folder = new TemporaryFolder({
      'a.ts': MOTION,
      'b.ts': `import { App } from 'hassette'; export default class Bell extends App {}`,
    });
    using loader = loaderOf(folder);
    expect((await loader.find('a.ts#MotionLight')).file).toBe('a.ts');
    expect((await loader.find('./a.ts#MotionLight')).file).toBe('a.ts');
    expect((await loader.find('Bell')).file).toBe('b.ts');
  });

  it('gives the same class each time, and takes one that is exported again for the same', async () => {
    using folder = new TemporaryFolder({
      'motion.ts': MOTION,
      'index.ts': `export { MotionLight } from './motion.ts';`,
    });
    using loader = loaderOf(folder);
    expect((await loader.find('MotionLight')).appClass).toBe((await loader.find('motion.ts#MotionLight')).appClass);
  });

  it('looks past tests, declarations, packages and dot-folders', async () => {
    using folder = new TemporaryFolder({
      'motion.test.ts': MOTION,
      'motion.d.ts': MOTION,
      'node_modules/x/motion.ts': MOTION,
      '.trash/motion.ts': MOTION,
      'right.ts': MOTION,
    });
    using loader = loaderOf(folder);
    expect((await loader.find('MotionLight')).file).toBe('right.ts');
    expect(await loader.classes()).toEqual([{ file: 'right.ts', name: 'MotionLight' }]);
  });

  it('loads what is more than types: decorators, enums, parameter properties, and specifiers as TypeScript has them', async () => {
    using folder = new TemporaryFolder({
      'app.ts': `
        import { App } from 'hassette';
        import { one } from './lib/one.js';
        import { two } from './lib/two';
        import { three } from './lib';
        import { shared, type Shared } from './lib/one.js';
        enum Colour { Red = 'red' }
        class Box { constructor(readonly inside: string) {} }
        function loud(method: () => string, _context: ClassMethodDecoratorContext) { return () => method().toUpperCase(); }
        const typed: Shared = shared;
        export class Mixed extends App {
          accessor #unused = 1;
          @loud static say() { return [one, two, three, Colour.Red, new Box('box').inside, typed.a].join(' '); }
        }`,
      'lib/one.ts': `export interface Shared { a: string } export const one: string = 'one'; export const shared: Shared = { a: 'shared' };`,
      'lib/two.ts': `export const two = 'two' satisfies string;`,
      'lib/index.ts': `export const three = 'three' as const;`,
    });
    using loader = loaderOf(folder);
    const { appClass } = await loader.find('Mixed');
    expect(Reflect.get(appClass, 'say')()).toBe('ONE TWO THREE RED BOX SHARED');
  });

  it('imports only files in which the class may be', async () => {
    using folder = new TemporaryFolder({
      'a.ts': MOTION,
      'broken.ts': 'export class {',
      'throws.ts': `throw new Error('not me');`,
      'hangs.ts': 'await new Promise(() => {});',
    });
    using loader = loaderOf(folder);
    expect((await loader.find('MotionLight')).file).toBe('a.ts');
  });

  it('names the nearest class, and all there are, for one that is not there', async () => {
    using folder = new TemporaryFolder({ 'motion.ts': MOTION, 'lib.ts': 'export const x = 1;' });
    using loader = loaderOf(folder);
    const error = await refusalOf(loader.find('MotionLigth'));
    expect(error.code).toBe('APP_CLASS_UNKNOWN');
    expect(error.message).toBe(`No class "MotionLigth" is exported in ${folder.path}. Did you mean "MotionLight"?`);
    expect(error.hint).toBe('There are MotionLight (motion.ts).');
    expect((await refusalOf(loader.find('moton.ts#MotionLight'))).message).toContain('Did you mean "motion.ts"?');
    expect((await refusalOf(loader.find('motion.ts#Motion'))).message).toContain('No class "Motion" is exported in');
  });

  it('says so where the folder is empty, or holds no class, or is not there', async () => {
    using empty = new TemporaryFolder();
    using noClass = new TemporaryFolder({ 'lib.ts': 'export const x = 1;' });
    using emptyLoader = loaderOf(empty);
    using noClassLoader = loaderOf(noClass);
    using noFolderLoader = new AppLoader({ folder: join(empty.path, 'none'), clock: new SystemClock() });
    expect((await refusalOf(emptyLoader.find('X'))).hint).toContain('There is no TypeScript file in it');
    expect((await refusalOf(noClassLoader.find('X'))).hint).toBe('No class that extends App is exported by lib.ts.');
    expect(await refusalOf(noFolderLoader.find('X'))).toMatchObject({
      code: 'APPS_FOLDER_MISSING',
      hint: expect.stringContaining('--apps'),
    });
  });

  it('asks which is meant where two files export different classes of one name', async () => {
    using folder = new TemporaryFolder({ 'a.ts': MOTION, 'b.ts': MOTION });
    using loader = loaderOf(folder);
    const error = await refusalOf(loader.find('MotionLight'));
    expect(error).toMatchObject({
      code: 'APP_CLASS_AMBIGUOUS',
      message: 'Several files export a class "MotionLight": a.ts, b.ts',
      hint: 'Say which: class: a.ts#MotionLight',
    });
  });

  it('tells of something that is no app', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'export class Plain {} export const value = 3;' });
    using loader = loaderOf(folder);
    expect(await refusalOf(loader.find('Plain'))).toMatchObject({
      code: 'NOT_AN_APP',
      message: '"Plain" of a.ts does not extend App',
    });
    expect(await refusalOf(loader.find('a.ts#value'))).toMatchObject({
      message: '"value" of a.ts is a number and no class',
    });
  });

  it('tells of a class whose App is of a release that cannot be hosted', async () => {
    using folder = new TemporaryFolder({
      'a.ts': `export class Old { static [Symbol.for('hassette.app')] = { hosting: 0 }; }`,
    });
    using loader = loaderOf(folder);
    expect(await refusalOf(loader.find('Old'))).toMatchObject({ code: 'APP_OF_ANOTHER_HASSETTE' });
  });

  it('tells file, line and column of a syntax error', async () => {
    using folder = new TemporaryFolder({
      'bad.ts': `import { App } from 'hassette';\nexport class Bad extends App { let`,
      'good.ts': MOTION,
    });
    using loader = loaderOf(folder);
    const error = await refusalOf(loader.find('Bad'));
    expect(error.code).toBe('APP_SYNTAX');
    expect(error.message).toContain(`${join(folder.path, 'bad.ts')}:2:`);
    expect((await loader.find('MotionLight')).file).toBe('good.ts');
  });

  it('tells what a file threw, or could not import', async () => {
    using folder = new TemporaryFolder({
      'throws.ts': `import { App } from 'hassette';\nexport class Throws extends App {}\nthrow new RangeError('at the top');`,
      'imports.ts': `import { App } from 'hassette';\nimport 'no-such-package';\nexport class Imports extends App {}`,
    });
    using loader = loaderOf(folder);
    expect(await refusalOf(loader.find('Throws'))).toMatchObject({
      code: 'APP_FILE_BROKEN',
      message: 'throws.ts threw while it was imported: RangeError: at the top',
    });
    expect((await refusalOf(loader.find('Imports'))).message).toContain("Cannot find package 'no-such-package'");
  });

  it('runs each file once, where some await at their top level and others import the same', async () => {
    using folder = new TemporaryFolder({
      'shared.ts': `export const loads = ((globalThis as { loads?: string[] }).loads ??= []); loads.push('shared');`,
      'key.ts': `import { loads } from './shared.ts'; loads.push('key'); export const key = await Promise.resolve(1);`,
      'slow.ts': `import { App } from 'hassette'; import { loads } from './shared.ts'; loads.push('slow');
        await new Promise((resolve) => setImmediate(resolve)); export class Slow extends App {}`,
      'keyed.ts': `import { App } from 'hassette'; import { loads } from './shared.ts'; import { key } from './key.ts';
        loads.push('keyed'); export class Keyed extends App { key = key; }`,
      'plain.ts': `import { App } from 'hassette'; import { loads } from './shared.ts'; import { key } from './key.ts';
        loads.push('plain'); export class Plain extends App { key = key; }`,
      'quick.ts': `import { App } from 'hassette'; import { loads } from './shared.ts'; loads.push('quick');
        export class Quick extends App {}`,
    });
    using loader = loaderOf(folder);
    const found = await Promise.all(['Slow', 'Keyed', 'Plain', 'Quick'].map((name) => loader.find(name)));
    expect(found.map(({ name }) => name)).toEqual(['Slow', 'Keyed', 'Plain', 'Quick']);
    const { loads } = globalThis as { loads?: string[] };
    expect(loads?.toSorted()).toEqual(['key', 'keyed', 'plain', 'quick', 'shared', 'slow']);
  });

  it('gives up on an import that never comes to its end', async () => {
    using folder = new TemporaryFolder({
      'hangs.ts': `import { App } from 'hassette';\nawait new Promise(() => {});\nexport class Hangs extends App {}`,
    });
    using loader = new AppLoader({ folder: folder.path, clock: new SystemClock(), importLimitMs: 50 });
    const finding = refusalOf(loader.find('Hangs'));
    expect(loader.busy()).toEqual([`reading ${folder.path}`]);
    expect(await finding).toMatchObject({
      code: 'APP_IMPORT_HUNG',
      message: 'hangs.ts was still being imported after 50ms',
    });
    expect(loader.busy()).toEqual([]);
  });

  it('keeps what it compiled, one version of each file, and takes it the next time', async () => {
    using folder = new TemporaryFolder({ 'motion.ts': MOTION });
    using cache = new TemporaryFolder();
    const load = async () => {
      using loader = loaderOf(folder, { cacheFolder: cache.path });
      await loader.find('MotionLight');
      return readdirSync(cache.path);
    };
    const [compiled = '', ...more] = await load();
    expect(more).toEqual([]);
    folder.write('motion.ts', `${MOTION}\nexport const changed = true;`);
    const [again = '', ...moreAgain] = await load();
    expect(moreAgain).toEqual([]);
    expect(again).not.toBe(compiled);
    expect(again.slice(0, 16)).toBe(compiled.slice(0, 16));
  });

  it('runs from the cache without compiling', async () => {
    using folder = new TemporaryFolder({ 'first.ts': `export const App = 0;`, 'motion.ts': MOTION });
    using cache = new TemporaryFolder();
    using first = loaderOf(folder, { cacheFolder: cache.path });
    await first.classes();
    for (const entry of readdirSync(cache.path)) {
      writeFileSync(
        join(cache.path, entry),
        `import { App } from 'hassette'; export class MotionLight extends App { static cached = true; }`,
      );
    }
    expect(Reflect.get((await first.find('motion.ts#MotionLight')).appClass, 'cached')).toBe(true);
  });
});

import type { Clock } from '../kernel/clock.ts';
import { HassetteError, TimedOut } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/duration.ts';
import { nearest } from '../kernel/nearest.ts';
import { withTimeout } from '../kernel/waiting.ts';
import { type AppClass, appClassOf } from './app.ts';
import { AppClassAmbiguous, AppClassUnknown, AppFileBroken, AppImportHung, NotAnApp } from './app-errors.ts';
import { type AppFile, classesNamedIn, filesMentioning, readAppFolder } from './app-folder.ts';
import { TypeScriptLoading } from './typescript-loading.ts';

export interface AppLoaderOptions {
  readonly folder: string;
  /** Where compiled files are kept between starts. */
  readonly cacheFolder?: string | undefined;
  readonly clock: Clock;
  /** How long the import of a file may take. */
  readonly importLimitMs?: number | undefined;
}

/** A class that was found in the apps folder. */
export interface FoundApp {
  /** The file's name, relative to the folder. */
  readonly file: string;
  /** The name of the export; of the class, where it is the default export. */
  readonly name: string;
  readonly appClass: AppClass;
}

/** Whoever knows the classes that the configuration names. */
export interface AppFinder {
  /** The class of a name: that of its export, or `file.ts#Name`. */
  find(reference: string): Promise<FoundApp>;
  /** What it reads or imports at present. */
  busy(): readonly string[];
}

type Exports = Readonly<Record<string, unknown>>;

/**
 * Finds classes in the apps folder and loads them. A file is imported only if a class is looked for in it, so a broken
 * file holds up nobody but the apps that need it.
 */
export class AppLoader implements AppFinder, Disposable {
  readonly #options: AppLoaderOptions;
  readonly #underWay = new Set<string>();
  readonly #imports = new Map<string, Promise<Exports>>();
  #loading: TypeScriptLoading | undefined;
  #files: Promise<readonly AppFile[]> | undefined;

  constructor(options: AppLoaderOptions) {
    this.#options = options;
  }

  /** What is being read or imported at present, which takes real time under a virtual clock too. */
  busy(): readonly string[] {
    return [...this.#underWay];
  }

  /**
   * The class of a name: that of its export, or `file.ts#Name`.
   *
   * @throws AppClassUnknown, AppClassAmbiguous, NotAnApp, AppOfAnotherHassette; AppsFolderMissing; AppSyntaxError,
   * AppFileBroken, AppImportHung for the file it is in.
   */
  async find(reference: string): Promise<FoundApp> {
    const files = await this.#whileBusy(`reading ${this.#options.folder}`, this.#read());
    const hashAt = reference.lastIndexOf('#');
    if (hashAt === -1) return this.#findByName(reference, files);
    return this.#findInFile(reference.slice(0, hashAt).replace(/^\.\//, ''), reference.slice(hashAt + 1), files);
  }

  /** The classes there seem to be, by file. Nothing is imported for it. */
  async classes(): Promise<readonly { readonly file: string; readonly name: string }[]> {
    return namedIn(await this.#read());
  }

  [Symbol.dispose](): void {
    this.#loading?.[Symbol.dispose]();
    this.#loading = undefined;
  }

  async #findByName(name: string, files: readonly AppFile[]): Promise<FoundApp> {
    const found: FoundApp[] = [];
    let other: { readonly file: AppFile; readonly value: unknown } | undefined;
    let broken: Error | undefined;
    for (const file of filesMentioning(files, name)) {
      let value: unknown;
      try {
        value = exportOf(await this.#exportsOf(file), name);
      } catch (error) {
        broken ??= error instanceof Error ? error : brokenFile(file, error);
        continue;
      }
      const appClass = appClassOf(value, `${name} of ${file.name}`);
      if (appClass === undefined) {
        if (value !== undefined) other ??= { file, value };
      } else if (!found.some((each) => each.appClass === appClass)) found.push({ file: file.name, name, appClass });
    }
    const [first, second] = found;
    if (first !== undefined && second !== undefined) {
      throw new AppClassAmbiguous(
        `Several files export a class "${name}": ${found.map((each) => each.file).join(', ')}`,
        {
          hint: `Say which: class: ${first.file}#${name}`,
        },
      );
    }
    if (first !== undefined) return first;
    // The class may well be in the file that did not load; that is the news then.
    if (broken !== undefined) throw broken;
    if (other !== undefined) throw notAnApp(other.file, name, other.value);
    throw unknownClass(name, this.#options.folder, files);
  }

  async #findInFile(fileName: string, name: string, files: readonly AppFile[]): Promise<FoundApp> {
    const file = files.find((each) => each.name === fileName);
    if (file === undefined) {
      const meant = nearest(
        fileName,
        files.map((each) => each.name),
      );
      throw new AppClassUnknown(
        `There is no file "${fileName}" in ${this.#options.folder}${meant === undefined ? '' : `. Did you mean "${meant}"?`}`,
        { hint: whatThereIs(files) },
      );
    }
    const value = exportOf(await this.#exportsOf(file), name);
    const appClass = appClassOf(value, `${name} of ${file.name}`);
    if (appClass !== undefined) return { file: file.name, name, appClass };
    if (value !== undefined) throw notAnApp(file, name, value);
    throw unknownClass(name, `${this.#options.folder}/${file.name}`, [file]);
  }

  #exportsOf(file: AppFile): Promise<Exports> {
    let exports = this.#imports.get(file.name);
    if (exports === undefined) {
      exports = this.#whileBusy(`importing ${file.name}`, this.#import(file));
      this.#imports.set(file.name, exports);
    }
    return exports;
  }

  async #import(file: AppFile): Promise<Exports> {
    const { clock, importLimitMs = 10_000 } = this.#options;
    const loading = this.#ownLoading();
    try {
      return await withTimeout(clock, importLimitMs, `the import of ${file.name}`, () => loading.import(file.path));
    } catch (error) {
      if (error instanceof TimedOut) {
        throw new AppImportHung(`${file.name} was still being imported after ${formatDuration(importLimitMs)}`, {
          hint: 'An `await` at its top level, or at that of a file it imports, never settles. Wait in onInitialize instead.',
        });
      }
      throw error instanceof HassetteError ? error : brokenFile(file, error);
    }
  }

  async #read(): Promise<readonly AppFile[]> {
    this.#files ??= readAppFolder(this.#options.folder).then(async (files) => {
      await this.#ownLoading().compileAhead(files);
      return files;
    });
    return this.#files;
  }

  #ownLoading(): TypeScriptLoading {
    this.#loading ??= new TypeScriptLoading(this.#options);
    return this.#loading;
  }

  async #whileBusy<T>(what: string, work: Promise<T>): Promise<T> {
    this.#underWay.add(what);
    try {
      return await work;
    } finally {
      this.#underWay.delete(what);
    }
  }
}

function exportOf(exports: Exports, name: string): unknown {
  if (Object.hasOwn(exports, name)) return exports[name];
  const byDefault = exports['default'];
  return typeof byDefault === 'function' && byDefault.name === name ? byDefault : undefined;
}

function namedIn(files: readonly AppFile[]): readonly { readonly file: string; readonly name: string }[] {
  return files.flatMap((file) => classesNamedIn(file).map((name) => ({ file: file.name, name })));
}

function whatThereIs(files: readonly AppFile[]): string {
  const classes = namedIn(files);
  if (files.length === 0) return 'There is no TypeScript file in it. `hassette init` makes a folder with a first app.';
  if (classes.length === 0)
    return `No class that extends App is exported by ${files.map((file) => file.name).join(', ')}.`;
  return `There are ${classes.map(({ file, name }) => `${name} (${file})`).join(', ')}.`;
}

function unknownClass(name: string, where: string, files: readonly AppFile[]): AppClassUnknown {
  const meant = nearest(
    name,
    namedIn(files).map((each) => each.name),
  );
  const suggestion = meant === undefined ? '' : `. Did you mean "${meant}"?`;
  return new AppClassUnknown(`No class "${name}" is exported in ${where}${suggestion}`, { hint: whatThereIs(files) });
}

function notAnApp(file: AppFile, name: string, value: unknown): NotAnApp {
  const what =
    typeof value === 'function'
      ? 'does not extend App'
      : `is ${value === null ? 'null' : `a ${typeof value}`} and no class`;
  return new NotAnApp(`"${name}" of ${file.name} ${what}`, {
    hint: `Write \`export class ${name} extends App.with(Config) { … }\`, with App imported from 'hassette'.`,
  });
}

function brokenFile(file: AppFile, cause: unknown): AppFileBroken {
  const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new AppFileBroken(`${file.name} threw while it was imported: ${said}`, {
    hint: 'What a file does at its top level runs when it is loaded. Let what needs the home happen in onInitialize.',
    cause,
  });
}

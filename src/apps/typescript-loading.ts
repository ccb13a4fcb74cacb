import { hash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as Esbuild from 'esbuild';
import { AppSyntaxError } from './app-errors.ts';
import { COMPILE_OPTIONS } from './compile-options.ts';
import { CompileCache } from './compile-cache.ts';

export interface TypeScriptLoadingOptions {
  /** The apps folder. Whatever lies in it, or is imported from there by a relative path, is compiled. */
  readonly folder: string;
  /** Where compiled files are kept between starts; nowhere by default. */
  readonly cacheFolder?: string | undefined;
}

const TYPESCRIPT = /\.m?ts$/;

const COMPILE = { ...COMPILE_OPTIONS, sourcemap: 'inline' } as const satisfies Esbuild.TransformOptions;

type Exports = Readonly<Record<string, unknown>>;
type NativeImport = (url: string) => Promise<Exports>;

/**
 * What `import()` is natively. Test runners put their own in its place in all that they transform, and theirs knows
 * nothing of hooks.
 */
const NATIVE_IMPORT = 'data:text/javascript,export const nativeImport = (url) => import(url);';

/**
 * Teaches this thread's `import` the apps folder: TypeScript with decorators, enums and parameter properties, specifiers
 * without extension or with `.js` for `.ts`, and a bare `hassette` that is the running daemon wherever the folder lies.
 *
 * It calls esbuild by itself, only for what is not in the cache, and not by tsx, whose hooks need 30 MB and a tenth of
 * a second even where nothing is left to compile.
 */
export class TypeScriptLoading implements Disposable {
  readonly #root: string;
  readonly #cache: CompileCache;
  /** Files outside of the folder that an app's file imports by a relative path. */
  readonly #outside = new Set<string>();
  readonly #require = module.createRequire(import.meta.url);
  readonly #hooks: module.ModuleHooks;

  constructor(options: TypeScriptLoadingOptions) {
    this.#root = pathToFileURL(realPath(options.folder) + sep).href;
    this.#cache = new CompileCache(options.cacheFolder);
    // The maps of packages would be read and parsed for nothing.
    module.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
    this.#hooks = module.registerHooks({
      resolve: (specifier, context, next) => this.#resolve(specifier, context, next),
      load: (url, context, next) => (this.#isAppModule(url) ? this.#load(url) : next(url, context)),
    });
  }

  /**
   * Imports a file of the folder. `require` takes a third of the time and of the garbage of `import()`, which walks all
   * modules below each time, those of hassette too. It cannot load what awaits at its top level, nor what is just being
   * imported by such a file.
   */
  async import(file: string): Promise<Exports> {
    const path = realPath(file);
    try {
      return this.#require(path) as Exports;
    } catch (error) {
      if (!isRefusedByRequire(error)) throw error;
    }
    const { nativeImport }: { nativeImport: NativeImport } = await import(NATIVE_IMPORT);
    return nativeImport(pathToFileURL(path).href);
  }

  /**
   * Compiles what is not in the cache yet, all files at once and beside other work. A file that is not compiled here,
   * for a fault in it or since it lies outside of the folder, is compiled when it is imported.
   */
  async compileAhead(files: readonly { readonly path: string; readonly source: string }[]): Promise<void> {
    const missing = files
      .map(({ path, source }) => ({ file: realPath(path), source }))
      .filter(({ file, source }) => !this.#cache.has(file, keyOf(source)));
    if (missing.length === 0) return;
    const esbuild = await import('esbuild');
    await Promise.all(
      missing.map(async ({ file, source }) => {
        try {
          const { code } = await esbuild.transform(source, { ...COMPILE, sourcefile: nameOf(file) });
          this.#cache.put(file, keyOf(source), code);
        } catch {
          // It is told by the import of the file, which meets it again.
        }
      }),
    );
    await esbuild.stop();
  }

  [Symbol.dispose](): void {
    this.#hooks.deregister();
  }

  #resolve(specifier: string, context: module.ResolveHookContext, next: NextResolve): module.ResolveFnOutput {
    const door = doorUrl(specifier);
    if (door !== undefined) return { url: door, shortCircuit: true };
    if (context.parentURL === undefined || !isRelative(specifier) || !this.#isAppModule(context.parentURL)) {
      return next(specifier, context);
    }
    const resolved = resolveRelative(specifier, context, next);
    if (TYPESCRIPT.test(resolved.url) && !resolved.url.startsWith(this.#root)) this.#outside.add(resolved.url);
    return resolved;
  }

  #load(url: string): module.LoadFnOutput {
    const file = fileURLToPath(url);
    const source = readFileSync(file, 'utf8');
    const key = keyOf(source);
    let code = this.#cache.get(file, key);
    if (code === undefined) {
      code = compile(file, source);
      this.#cache.put(file, key, code);
    }
    return { format: 'module', source: code, shortCircuit: true };
  }

  #isAppModule(url: string): boolean {
    if (this.#outside.has(url)) return true;
    return url.startsWith(this.#root) && TYPESCRIPT.test(url) && !url.includes('/node_modules/');
  }
}

function isRefusedByRequire(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_REQUIRE_');
}

type NextResolve = (specifier: string, context?: Partial<module.ResolveHookContext>) => module.ResolveFnOutput;

function resolveRelative(
  specifier: string,
  context: module.ResolveHookContext,
  next: NextResolve,
): module.ResolveFnOutput {
  try {
    return next(specifier, context);
  } catch (error) {
    for (const candidate of typescriptSpellings(specifier)) {
      try {
        return next(candidate, context);
      } catch {
        // Not that one either; what is told is the specifier as it was written.
      }
    }
    throw error;
  }
}

/** What a specifier may mean to TypeScript, where there is no such file. */
function typescriptSpellings(specifier: string): readonly string[] {
  const script = /\.(m?)js$/.exec(specifier);
  if (script !== null) return [`${specifier.slice(0, -script[0].length)}.${script[1]}ts`];
  return [`${specifier}.ts`, `${specifier}/index.ts`];
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('./') || specifier.startsWith('../');
}

const OWN_EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const DOORS: Readonly<Record<string, string>> = {
  hassette: 'index',
  'hassette/testing': 'testing',
  'hassette/vitest': 'vitest',
};

function doorUrl(specifier: string): string | undefined {
  // Nearly every specifier fails here, at the cost of one comparison.
  if (!specifier.startsWith('hassette') || !Object.hasOwn(DOORS, specifier)) return undefined;
  return new URL(`../${DOORS[specifier]}${OWN_EXTENSION}`, import.meta.url).href;
}

function compile(file: string, source: string): string {
  const esbuild = module.createRequire(import.meta.url)('esbuild') as typeof Esbuild;
  try {
    return esbuild.transformSync(source, { ...COMPILE, sourcefile: nameOf(file) }).code;
  } catch (error) {
    throw isTransformFailure(error) ? syntaxErrorOf(file, error) : error;
  }
}

function isTransformFailure(error: unknown): error is Esbuild.TransformFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function syntaxErrorOf(file: string, failure: Esbuild.TransformFailure): AppSyntaxError {
  const [first] = failure.errors;
  return new AppSyntaxError(first?.text ?? failure.message, {
    file,
    line: first?.location?.line,
    column: first?.location === null || first?.location === undefined ? undefined : first.location.column + 1,
    lineText: first?.location?.lineText,
  });
}

function keyOf(source: string): string {
  return hash('sha256', source);
}

/** Maps name their source relative to the file, so that a cached one holds wherever the folder lies. */
function nameOf(file: string): string {
  return file.slice(file.lastIndexOf(sep) + 1);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // It does not exist; whoever reads it says so better.
  }
}

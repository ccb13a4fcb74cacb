import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  fileOrigin,
  readJson,
  readToml,
  readTypeScript,
  readYaml,
  type Document,
  type ReadableDocument,
} from './file-formats.ts';
import { problemAt, type Problem } from './problem.ts';

export type ConfigurationFile =
  | { readonly kind: 'found'; readonly file: string; readonly document: ReadableDocument }
  | { readonly kind: 'none'; readonly folder: string }
  | { readonly kind: 'problems'; readonly folder: string; readonly problems: readonly Problem[] };

const extensions = ['yaml', 'yml', 'toml', 'json', 'ts'] as const;

/** Where a configuration is looked for in a folder, first come first served. */
const searchPlaces: readonly string[] = ['', 'config/'].flatMap((folder) =>
  extensions.map((extension) => `${folder}hassette.${extension}`),
);

async function explorer() {
  const { cosmiconfig } = await import('cosmiconfig');
  return cosmiconfig('hassette', {
    searchPlaces: [...searchPlaces],
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
    // Loaders give a Document in place of throwing: an error of a parser quotes the file, and with it its secrets. Its
    // own loader for TypeScript wants the compiler's JavaScript API, which TypeScript 7 has not.
    loaders: {
      '.yaml': (_file, text) => readYaml(text),
      '.yml': (_file, text) => readYaml(text),
      '.json': (_file, text) => readJson(text),
      '.toml': (_file, text) => readToml(text),
      '.ts': (file) => readTypeScript(file),
    },
  });
}

async function candidates(folder: string): Promise<string[]> {
  const here = async (name: string): Promise<string[]> => {
    try {
      return await readdir(join(folder, name));
    } catch {
      return []; // No such folder, or none that we may read: nothing to choose from either way.
    }
  };
  const names = new Set([...(await here('')), ...(await here('config')).map((name) => `config/${name}`)]);
  return searchPlaces.filter((place) => names.has(place));
}

async function folderOf(path: string): Promise<'folder' | 'file' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'missing'; // Whatever the reason, there is nothing to read.
  }
}

/**
 * Finds and reads the configuration file: the one that is named, or the only one in a folder (or in `config/` in it).
 *
 * @param given - a file or a folder, as `--config` gives it.
 * @param folder - where to look without it.
 */
export async function readConfigurationFile(given: string | undefined, folder: string): Promise<ConfigurationFile> {
  const target = resolve(folder, given ?? '.');
  const kind = await folderOf(target);
  if (kind === 'missing') {
    const problem = problemAt({ kind: 'command line', flag: '--config' }, [], `there is no "${target}"`, {
      hint: 'Name a configuration file, or the folder it lies in.',
    });
    return { kind: 'problems', folder: dirname(target), problems: [problem] };
  }
  if (kind === 'file') {
    if (extensions.some((extension) => target.endsWith(`.${extension}`))) return await read(target);
    const problem = problemAt(fileOrigin(target, undefined), [], 'this kind of file is not known', {
      hint: `A configuration ends in ${extensions.map((extension) => `.${extension}`).join(', ')}.`,
    });
    return { kind: 'problems', folder: dirname(target), problems: [problem] };
  }
  const [first, second] = await candidates(target);
  if (first === undefined) return { kind: 'none', folder: target };
  if (second !== undefined) {
    const problem = problemAt(
      fileOrigin(join(target, first), undefined),
      [],
      `there is "${second}" beside it, and only one can count`,
      {
        hint: 'Remove one of them, or choose with --config.',
      },
    );
    return { kind: 'problems', folder: target, problems: [problem] };
  }
  return await read(join(target, first));
}

async function read(file: string): Promise<ConfigurationFile> {
  const folder = dirname(file);
  try {
    const result = await (await explorer()).load(file);
    // An empty file never reaches a loader.
    const document: Document =
      result?.isEmpty === true ? { kind: 'readable', tree: {}, locate: () => undefined } : result?.config;
    if (document.kind === 'readable') return { kind: 'found', file, document };
    const problems = document.complaints.map(({ message, hint, at }) =>
      problemAt(fileOrigin(file, at), [], message, { hint }),
    );
    return { kind: 'problems', folder, problems };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return {
      kind: 'problems',
      folder,
      problems: [problemAt(fileOrigin(file, undefined), [], `the file cannot be read (${reason})`)],
    };
  }
}

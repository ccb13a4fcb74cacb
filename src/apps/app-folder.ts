import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppsFolderMissing } from './app-errors.ts';

/** A file of the apps folder in which a class may be. */
export interface AppFile {
  /** Relative to the folder, with `/`: how configurations and messages name it. */
  readonly name: string;
  readonly path: string;
  readonly source: string;
}

const SKIPPED = /\.(test|spec)\.m?ts$|\.d\.m?ts$/;

/**
 * Reads the TypeScript files of a folder and those below it: no tests, declarations, packages and dot-folders.
 *
 * @throws AppsFolderMissing if it cannot be read.
 */
export async function readAppFolder(folder: string): Promise<readonly AppFile[]> {
  const names = await namesIn(folder);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(folder, name);
      return { name, path, source: await readFile(path, 'utf8') };
    }),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await visit(name);
      else if (/\.m?ts$/.test(name) && !SKIPPED.test(name)) names.push(name);
    }
  };
  try {
    await visit('');
  } catch (error) {
    throw new AppsFolderMissing(
      `The apps folder ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'Make it, or say where your classes are by `paths.apps` in the configuration or `--apps`.',
        cause: error,
      },
    );
  }
  return names;
}

/** The files in which a name occurs as a word. One in which it does not cannot export it first. */
export function filesMentioning(files: readonly AppFile[], name: string): readonly AppFile[] {
  const word = new RegExp(`(?<![\\w$])${RegExp.escape(name)}(?![\\w$])`);
  return files.filter(({ source }) => word.test(source));
}

/** The classes that a file seems to export, read from its text so that nothing of it is run. */
export function classesNamedIn(file: AppFile): readonly string[] {
  const declared = file.source.matchAll(/^\s*export\s+(?:default\s+)?class\s+([\w$]+)\s+extends\b/gm);
  return Array.from(declared, ([, name]) => name ?? '').filter((name) => name !== '');
}

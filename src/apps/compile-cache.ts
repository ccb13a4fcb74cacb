import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** Changes whenever the same source would be compiled into something else. */
const FORMAT = '1';

/**
 * Compiled files by content, on disk so that a second start has nothing to compile. One version of each file is kept.
 * Without a folder, or where it cannot be written, they are kept in memory.
 */
export class CompileCache {
  readonly #folder: string | undefined;
  readonly #fresh = new Map<string, string>();

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  get(file: string, key: string): string | undefined {
    const entry = entryName(file, key);
    const fresh = this.#fresh.get(entry);
    if (fresh !== undefined || this.#folder === undefined) return fresh;
    try {
      return readFileSync(join(this.#folder, entry), 'utf8');
    } catch {
      return undefined; // Not kept yet, or not to be read: either way it is compiled.
    }
  }

  has(file: string, key: string): boolean {
    const entry = entryName(file, key);
    return this.#fresh.has(entry) || (this.#folder !== undefined && existsSync(join(this.#folder, entry)));
  }

  put(file: string, key: string, code: string): void {
    const entry = entryName(file, key);
    if (this.#folder === undefined || !writeEntry(this.#folder, entry, code)) this.#fresh.set(entry, code);
  }
}

function entryName(file: string, key: string): string {
  return `${hash('sha256', file).slice(0, 16)}-${hash('sha256', `${FORMAT} ${key}`).slice(0, 32)}.mjs`;
}

function writeEntry(folder: string, entry: string, code: string): boolean {
  const unfinished = join(folder, `${entry}.${process.pid}-${threadId}`);
  try {
    mkdirSync(folder, { recursive: true });
    // Written aside and renamed, so that nobody reads half of it.
    writeFileSync(unfinished, code);
    renameSync(unfinished, join(folder, entry));
    const fileOf = entry.slice(0, entry.indexOf('-') + 1);
    for (const other of readdirSync(folder)) {
      if (other.startsWith(fileOf) && other !== entry) rmSync(join(folder, other), { force: true });
    }
    return true;
  } catch {
    return false; // A cache that cannot be written costs time and nothing else.
  }
}

import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A place in a person's own source. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line itself, without its indentation; missing where the file cannot be read. */
  readonly text: string | undefined;
}

/** `at fn (file:///home/apps/light.ts?v=2:10:5)`, `at async /home/apps/light.ts:10:5`. */
const FRAME = /^\s*at (?:async )?(?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/;
/** The folder of the daemon's own code, `src/` or `dist/`. */
const OWN_CODE = fileURLToPath(new URL('../', import.meta.url));
const FILES_KEPT = 32;

interface KeptFile {
  readonly changedMs: number;
  readonly lines: readonly string[];
}

/**
 * Finds where in a person's own source an error came from: the first frame of its stack that is neither of the
 * daemon's, nor of a package, nor of Node. Frames of transpiled TypeScript carry the original's positions as long as
 * the process has source maps enabled.
 */
export class SourceLines {
  readonly #files = new Map<string, KeptFile>();
  readonly #isUsers: (file: string) => boolean;

  constructor(isUsers: (file: string) => boolean = isUsersOwn) {
    this.#isUsers = isUsers;
  }

  of(error: unknown): SourceLine | undefined {
    for (const frame of stackOf(error).split('\n')) {
      const match = FRAME.exec(frame);
      if (match === null) continue;
      const [, place = '', line, column] = match;
      const file = pathOf(place);
      if (file === undefined || !this.#isUsers(file)) continue;
      return { file, line: Number(line), column: Number(column), text: this.#lines(file)[Number(line) - 1]?.trim() };
    }
    return undefined;
  }

  /** Read anew when the file has changed: an app is edited while the daemon runs. */
  #lines(file: string): readonly string[] {
    try {
      const changedMs = statSync(file).mtimeMs;
      const kept = this.#files.get(file);
      if (kept?.changedMs === changedMs) return kept.lines;
      const lines = readFileSync(file, 'utf8').split('\n');
      this.#files.delete(file);
      this.#files.set(file, { changedMs, lines });
      for (const oldest of this.#files.keys()) {
        if (this.#files.size <= FILES_KEPT) break;
        this.#files.delete(oldest);
      }
      return lines;
    } catch {
      // The line is a help beside the error; a file that is gone must not hide the error itself.
      return [];
    }
  }
}

/** Anything can be thrown, things that cannot even be looked at among them. */
function stackOf(error: unknown): string {
  try {
    return error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  } catch {
    return '';
  }
}

function isUsersOwn(file: string): boolean {
  return !file.startsWith(OWN_CODE) && !/[\\/]node_modules[\\/]/.test(file);
}

/** Without the query that a loader adds to import a file again. */
function pathOf(place: string): string | undefined {
  const bare = place.replace(/[?#].*$/, '');
  if (!bare.startsWith('file://')) return bare;
  try {
    return fileURLToPath(bare);
  } catch {
    // A file URL of another machine; no place of ours.
    return undefined;
  }
}

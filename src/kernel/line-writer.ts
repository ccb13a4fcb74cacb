import { close, mkdir, mkdirSync, open, openSync, rename, stat, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const closeFd = promisify(close);
const makeFolder = promisify(mkdir);
const openFile = promisify(open);
const renameFile = promisify(rename);
const statFile = promisify(stat);
const writeFd = promisify(write);

/** Lines wait in memory while the disk or the reader of a pipe is slow; beyond this many characters they are lost. */
const MOST_WAITING = 8_000_000;

/** A full pipe is tried again after so long. It is the operating system's, so no virtual time applies. */
const PIPE_RETRY_MS = 20;

export interface LogFileOptions {
  readonly path: string;
  /** The file is put aside before it grows beyond this. @defaultValue 10 MB */
  readonly maxBytes?: number | undefined;
  /** How many files put aside are kept, as `path.1` (the newest) to `path.N`. @defaultValue 5 */
  readonly keep?: number | undefined;
}

interface LogFile {
  readonly path: string;
  readonly maxBytes: number;
  readonly keep: number;
}

/**
 * Writes lines to a file or an open descriptor, off the event loop: an SD card that stalls for seconds, or a full pipe,
 * stops nobody. It never throws; a line that cannot be written is counted.
 *
 * Own code rather than pino's own destination and `pino-roll`: the former retries for ever when the disk is full at
 * exit, and the latter brings 28 MB of date arithmetic and timers of its own to rename a file.
 */
export class LineWriter {
  readonly #file: LogFile | undefined;
  readonly #onTrouble: (error: unknown) => void;
  #fd: number | undefined;
  #sizeBytes = 0;
  #waiting: string[] = [];
  #waitingLength = 0;
  /** Taken out of those that wait, and not yet given to the operating system. */
  #taken: readonly string[] = [];
  #work: Promise<void> | undefined;
  #lost = 0;
  #inTrouble = false;
  #closed = false;

  /**
   * @param target - an open descriptor, or a file.
   * @param onTrouble - told when lines begin to be lost, once until they can be written again.
   */
  constructor(target: number | LogFileOptions, onTrouble: (error: unknown) => void = () => undefined) {
    this.#onTrouble = onTrouble;
    if (typeof target === 'number') this.#fd = target;
    else this.#file = { path: target.path, maxBytes: target.maxBytes ?? 10_000_000, keep: target.keep ?? 5 };
    process.on('exit', this.#atExit);
  }

  /** Lines that could not be written. */
  get lost(): number {
    return this.#lost;
  }

  write(line: string): void {
    if (this.#closed || this.#waitingLength + line.length > MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    this.#work ??= this.#writeWaiting();
  }

  /** Writes what waits and lets go of the file. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#work;
    process.off('exit', this.#atExit);
    if (this.#file === undefined || this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    // Nothing is left to write, and nobody to tell.
    await closeFd(fd).catch(() => undefined);
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#takeWaiting(this.#file?.maxBytes);
      this.#taken = lines;
      try {
        await this.#writeLines(lines);
        this.#inTrouble = false;
      } catch (error) {
        // A full disk, a pipe that nobody reads any more.
        this.#lost += lines.length;
        if (!this.#inTrouble) this.#onTrouble(error);
        this.#inTrouble = true;
      }
    }
    this.#work = undefined;
  }

  /** All that wait, or as many of them, but at least one, as a file may have bytes. */
  #takeWaiting(mostBytes?: number): string[] {
    const lines = this.#waiting;
    this.#waiting = mostBytes === undefined ? [] : lines.splice(countWithin(lines, mostBytes));
    this.#waitingLength = this.#waiting.reduce((sum, line) => sum + line.length, 0);
    return lines;
  }

  async #writeLines(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.join(''));
    const fd = await this.#ready(bytes.length);
    this.#taken = [];
    let written = 0;
    while (written < bytes.length) {
      try {
        const { bytesWritten } = await writeFd(fd, bytes, written);
        written += bytesWritten;
        this.#sizeBytes += bytesWritten;
      } catch (error) {
        if (!isBusy(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, PIPE_RETRY_MS));
      }
    }
  }

  /** The descriptor to write so many bytes to, opened or rotated as needed. */
  async #ready(bytes: number): Promise<number> {
    if (this.#file === undefined) return this.#fd ?? 1;
    const { path, maxBytes } = this.#file;
    if (this.#fd === undefined) {
      await makeFolder(dirname(path), { recursive: true });
      this.#sizeBytes = await statFile(path).then(
        ({ size }) => size,
        () => 0,
      );
    }
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes > maxBytes) await this.#putAside(this.#file);
    this.#fd ??= await openFile(path, 'a');
    return this.#fd;
  }

  async #putAside({ path, keep }: LogFile): Promise<void> {
    if (this.#fd !== undefined) await closeFd(this.#fd);
    this.#fd = undefined;
    for (let number = keep; number > 0; number -= 1) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      // The first times round most of them do not exist yet; the oldest is overwritten.
      await renameFile(from, `${path}.${number}`).catch(() => undefined);
    }
    this.#sizeBytes = 0;
  }

  /** The process ends now, wanted or not: what still waits is written at once, or it is lost. */
  readonly #atExit = (): void => {
    const lines = [...this.#taken, ...this.#takeWaiting()];
    if (lines.length === 0) return;
    try {
      writeSync(this.#fd ?? this.#openAtOnce(), lines.join(''));
    } catch {
      // Nobody is left to be told.
    }
  };

  #openAtOnce(): number {
    if (this.#file === undefined) return 1;
    mkdirSync(dirname(this.#file.path), { recursive: true });
    return openSync(this.#file.path, 'a');
  }
}

/** How many of the lines, but at least one, have no more bytes together. */
function countWithin(lines: readonly string[], mostBytes: number): number {
  let bytes = 0;
  const tooMany = lines.findIndex((line) => (bytes += Buffer.byteLength(line)) > mostBytes);
  return tooMany === -1 ? lines.length : Math.max(1, tooMany);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import type { FeedCommand, FeedReport } from './feed.ts';
import { REACTION_TARGET, sensorId } from './home.ts';
import type { ReferenceMode, Watch } from './reference.ts';

export interface AppInstance {
  readonly class: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface DaemonOptions {
  readonly port: number;
  readonly apps: Readonly<Record<string, AppInstance>>;
  readonly nodeArgs?: readonly string[] | undefined;
  /** What stands under `connection`. */
  readonly connection?: Readonly<Record<string, string>> | undefined;
  /** A folder of an earlier daemon, with what that one has compiled. */
  readonly folder?: string | undefined;
}

/** A home that plays its part, and how to have it do so. */
export interface Feed extends AsyncDisposable {
  readonly port: number;
  send(command: FeedCommand): void;
  next<R extends FeedReport>(kind: R['kind']): Promise<R>;
}

/** What is measured, in processes of their own. */
export class Stage implements Disposable {
  readonly #package: string;
  readonly #root = mkdtempSync(join(tmpdir(), 'hassette-bench-'));
  #folders = 0;

  /** @param packageFolder - the package under test. */
  constructor(packageFolder: string) {
    this.#package = packageFolder;
  }

  /** Starts a home. */
  async feed(entities: number): Promise<Feed> {
    const child = new Child({ args: [join(import.meta.dirname, 'feed.ts'), String(entities)] });
    const { port } = await child.next<Extract<FeedReport, { kind: 'listening' }>>('listening');
    return {
      port,
      send: (command) => child.send(command),
      next: (kind) => child.next(kind),
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    };
  }

  /** Starts `hassette run` as a user would, on an apps folder of TypeScript files. */
  daemon({ port, apps, connection = {}, nodeArgs = [], folder = this.newFolder() }: DaemonOptions): Child {
    writeConfiguration(folder, { port, apps, connection });
    cpSync(join(import.meta.dirname, 'apps'), join(folder, 'apps'), { recursive: true });
    return new Child({
      args: [...nodeArgs, join(this.#package, 'src', 'cli', 'bin.cjs'), 'run', '--config', folder],
      cwd: folder,
      environment: { NODE_COMPILE_CACHE: join(folder, 'node-cache') },
    });
  }

  /** Starts the bare loop. */
  reference(port: number, mode: ReferenceMode, watch: Watch, entities: number): Child {
    const file = join(import.meta.dirname, 'reference.ts');
    return new Child({ args: [file, String(port), mode, watch, String(entities)] });
  }

  /** Starts a process that imports some packages and does nothing. */
  bare(packages: readonly string[], folder: string): Child {
    return new Child({
      args: [join(import.meta.dirname, 'bare.mjs'), ...packages],
      environment: { NODE_COMPILE_CACHE: join(folder, 'node-cache') },
    });
  }

  newFolder(): string {
    this.#folders += 1;
    const folder = join(this.#root, String(this.#folders));
    mkdirSync(folder);
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Apps, all alike, of one class or more; each class has a file of its own. */
export function writeRooms(folder: string, count: number, classes = count): Readonly<Record<string, AppInstance>> {
  const source = readFileSync(join(import.meta.dirname, 'apps', 'room.ts'), 'utf8');
  mkdirSync(join(folder, 'apps'), { recursive: true });
  for (let index = 0; index < classes; index += 1) {
    writeFileSync(join(folder, 'apps', `room-${index}.ts`), source.replace('class Room ', `class Room${index} `));
  }
  const apps: Record<string, AppInstance> = {};
  for (let index = 0; index < count; index += 1) {
    apps[`room_${index}`] = {
      class: `Room${index % classes}`,
      config: { motion: sensorId(index), light: REACTION_TARGET },
    };
  }
  return apps;
}

function writeConfiguration(
  folder: string,
  { port, apps, connection }: Required<Pick<DaemonOptions, 'port' | 'apps'>> & Pick<DaemonOptions, 'connection'>,
): void {
  const configuration = {
    homes: { default: { url: `http://127.0.0.1:${port}`, token: 'a-token-of-the-bench' } },
    connection,
    apps,
  };
  writeFileSync(join(folder, 'hassette.json'), JSON.stringify(configuration));
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { TemporaryFolder } from '../apps/temporary-folder.ts';
import { freePort } from '../scenarios/spawned.ts';
import type { StorageServer } from '../../src/storage/server/storage-server.ts';

/** Whether a Redis can be started here. */
export function redisIsInstalled(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  if (process.env['CI'] === 'true')
    throw new Error('redis-server is not installed: its suite cannot be left out in CI');
  process.stderr.write('\n*** LEFT OUT: redis-server is not installed, so no Redis is filled or killed ***\n\n');
  return false;
}

/** A Redis of the test's own, to be filled, set up wrongly and killed. It keeps all that it has answered. */
export class OwnRedis implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  static async start(): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort());
    await redis.start();
    return redis;
  }

  get server(): StorageServer {
    return { host: '127.0.0.1', port: this.#port, database: '0' };
  }

  async start(): Promise<void> {
    const settings = { port: this.#port, bind: '127.0.0.1', dir: this.#folder.path, maxmemory: '8mb' };
    const durable = { save: '', appendonly: 'yes', appendfsync: 'always' };
    const args = Object.entries({ ...settings, ...durable }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = server;
    let said = '';
    server.stdout.setEncoding('utf8');
    for await (const text of server.stdout.iterator({ destroyOnReturn: false })) {
      said += String(text);
      if (said.includes('Ready to accept connections')) break;
    }
    if (!said.includes('Ready to accept connections')) throw new Error(`redis-server did not start: ${said}`);
    server.stdout.resume();
  }

  /** In the middle of whatever it does. */
  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (server === undefined) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}

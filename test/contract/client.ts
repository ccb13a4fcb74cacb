import { HomeConnection, type HomeConnectionOptions } from '../../src/home-assistant/connection/home-connection.ts';
import { NetworkTransport } from '../../src/home-assistant/connection/network-transport.ts';
import { callService } from '../../src/home-assistant/protocol/commands.ts';
import type { RestResponse } from '../../src/home-assistant/protocol/transport.ts';
import { type LogRecord, Logging } from '../../src/kernel/logging.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { RecordingSink } from '../home-assistant/recording-sink.ts';
import type { ContractHome } from './homes.ts';

/** The daemon's own connection to a home, and what it tells. */
export class Client implements AsyncDisposable {
  readonly connection: HomeConnection;
  readonly sink = new RecordingSink();
  readonly log: LogRecord[] = [];
  readonly #transport: NetworkTransport;

  constructor(home: ContractHome, options: Partial<HomeConnectionOptions> = {}) {
    const clock = new SystemClock();
    const logging = new Logging({ clock, level: 'info', format: 'silent' });
    logging.tap((record) => this.log.push(record));
    this.#transport = new NetworkTransport({ clock, url: home.url });
    this.connection = new HomeConnection(
      { clock, logging },
      {
        home: 'contract',
        transport: this.#transport,
        token: home.token,
        backoff: { firstMs: 50, maxMs: 200, factor: 2, jitter: 0.3 },
        ...options,
      },
    );
    this.connection.attach(this.sink);
  }

  /** A client for which the home is ready. */
  static async ready(home: ContractHome, options: Partial<HomeConnectionOptions> = {}): Promise<Client> {
    const client = new Client(home, options);
    await client.connection.start();
    await client.sink.until(() => client.sink.phases.at(-1) === 'ready');
    return client;
  }

  call(service: string, data: Readonly<Record<string, unknown>>, timeoutMs = 30_000): Promise<unknown> {
    const [domain = '', name = ''] = service.split('.');
    return this.connection.command(callService({ domain, service: name, data }), { timeoutMs });
  }

  rest(method: string, path: string, body?: unknown): Promise<RestResponse> {
    const request = { method, path, body: body === undefined ? undefined : JSON.stringify(body) };
    return this.connection.rest(request, { timeoutMs: 30_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.stop();
    await this.#transport[Symbol.asyncDispose]();
  }
}

/** The text of a response. */
export function textOf({ body }: RestResponse): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

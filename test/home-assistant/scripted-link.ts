import type {
  CallOptions,
  HomeLink,
  HomePhase,
  HomeSink,
  HomeSnapshot,
  HomeSubscription,
  SubscriptionSink,
} from '../../src/home-assistant/home-link.ts';
import type { RestRequest, RestResponse } from '../../src/home-assistant/protocol/transport.ts';
import type { Command, CompressedState, HomeConfig, ServicesResult } from '../../src/home-assistant/protocol/wire.ts';

export interface SentCommand {
  readonly command: Command;
  readonly options: CallOptions;
}

/** A link that a test speaks through: it decides when the home is there, and what it answers. */
export class ScriptedLink implements HomeLink {
  readonly home = 'default';
  readonly sent: SentCommand[] = [];
  readonly asked: { readonly request: RestRequest; readonly options: CallOptions }[] = [];
  readonly followed: string[] = [];
  readonly subscribed: { readonly subscription: HomeSubscription; readonly sink: SubscriptionSink }[] = [];
  /** How often it was asked to connect at once. */
  retries = 0;
  services: ServicesResult = {};
  /** What the home is told of its registries when it asks for itself, by the commands' types. It is in no list of what was sent. */
  registries: Record<string, unknown> = {};
  /** Answers commands other than `get_services`. */
  answer: (command: Command) => unknown = () => ({ context: { id: 'C', parent_id: null, user_id: null } });
  answerServices: () => Promise<unknown> = () => Promise.resolve(this.services);
  answerRest: (request: RestRequest) => RestResponse = () => ({ status: 200, headers: {}, body: '' });
  #sink: HomeSink | undefined;
  #generation = 0;

  get sink(): HomeSink {
    if (this.#sink === undefined) throw new Error('nobody is attached');
    return this.#sink;
  }

  get attached(): boolean {
    return this.#sink !== undefined;
  }

  /** The service calls that were sent, in few words. */
  get calls(): readonly unknown[] {
    return this.sent.flatMap(({ command: { type, domain, service, target, service_data: data } }) =>
      type === 'call_service' ? [{ call: `${String(domain)}.${String(service)}`, target, data }] : [],
    );
  }

  attach(sink: HomeSink): () => void {
    this.#sink = sink;
    return () => {
      this.#sink = undefined;
    };
  }

  retryNow(): void {
    this.retries += 1;
  }

  followEvents(eventType: string): () => void {
    this.followed.push(eventType);
    return () => this.followed.splice(this.followed.indexOf(eventType), 1);
  }

  subscribe(subscription: HomeSubscription, sink: SubscriptionSink): () => void {
    const entry = { subscription, sink };
    this.subscribed.push(entry);
    return () => {
      const index = this.subscribed.indexOf(entry);
      if (index >= 0) this.subscribed.splice(index, 1);
    };
  }

  async command(command: Command, options: CallOptions): Promise<unknown> {
    options.signal?.throwIfAborted();
    if (options.app === undefined && command.type.startsWith('config/')) return this.registries[command.type] ?? [];
    this.sent.push({ command, options });
    return command.type === 'get_services' ? this.answerServices() : this.answer(command);
  }

  async rest(request: RestRequest, options: CallOptions): Promise<RestResponse> {
    options.signal?.throwIfAborted();
    this.asked.push({ request, options });
    return this.answerRest(request);
  }

  phase(phase: HomePhase, problem?: { code: string; message: string }): void {
    this.sink.onStatus({ phase, generation: this.#generation, clockOffsetMs: 0, problem });
  }

  /** Connects, with these states. */
  connect(entities: Record<string, string | CompressedState>, more: Partial<HomeSnapshot> = {}): void {
    this.#generation += 1;
    this.phase('connecting');
    this.phase('syncing');
    this.sink.onSnapshot(snapshot(entities, { generation: this.#generation, ...more }));
    this.phase('ready');
  }

  change(entityId: string, state: string): void {
    this.sink.onDifferences({ c: { [entityId]: { '+': { s: state, lc: 200, c: 'C2' } } } });
  }

  fire(eventType: string, data: Record<string, unknown>): void {
    this.sink.onEvent({
      event_type: eventType,
      data,
      origin: 'LOCAL',
      time_fired: '2026-11-21T13:17:53.009466+00:00',
      context: { id: 'C3', parent_id: null, user_id: null },
    });
  }
}

export function snapshot(
  entities: Record<string, string | CompressedState>,
  more: Partial<HomeSnapshot>,
): HomeSnapshot {
  const full = Object.entries(entities).map(([entityId, state]): [string, CompressedState] => [
    entityId,
    typeof state === 'string' ? { s: state, a: {}, c: 'C1', lc: 100 } : state,
  ]);
  return {
    generation: 1,
    entities: Object.fromEntries(full),
    config: CONFIG,
    restarted: false,
    clockOffsetMs: 0,
    ...more,
  };
}

export const CONFIG: HomeConfig = {
  location_name: 'Test',
  latitude: 52.37,
  longitude: 4.89,
  elevation: 2,
  time_zone: 'Europe/Amsterdam',
  unit_system: {},
  version: '2026.11.0',
  state: 'RUNNING',
  components: [],
};

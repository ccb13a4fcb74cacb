import { Channel } from '../bus/channel.ts';
import type { Timer } from '../kernel/clock.ts';
import { HassetteError } from '../kernel/errors.ts';
import { Resource, type ResourceContext } from '../kernel/resource.ts';
import { cancellationOf, isCancellation } from '../kernel/waiting.ts';
import type { HomeLink, HomeProblem, HomeSink, HomeSnapshot, HomeStatus } from './home-link.ts';
import { getServices } from './protocol/commands.ts';
import type { HomeConfig, ServicesResult, WireEvent } from './protocol/wire.ts';
import { ServiceCatalogue } from './service-catalogue.ts';
import type { HomeKnowledge } from './service-check.ts';
import { StateMirror, type StateTransition } from './state-mirror.ts';

/** Where a home is, and how high above the sea. */
export interface HomePosition {
  readonly latitude: number;
  readonly longitude: number;
  readonly elevationM: number;
}

/** What became of the connection. Published under its kind. */
export type HomeLifecycleEvent =
  | {
      readonly kind: 'connected';
      readonly home: string;
      /** It was connected before: what was missed meanwhile has been told. */
      readonly again: boolean;
      /** Home Assistant has been restarted meanwhile. */
      readonly restarted: boolean;
    }
  | { readonly kind: 'disconnected'; readonly home: string; readonly problem: HomeProblem | undefined }
  | { readonly kind: 'home-assistant-start'; readonly home: string };

const SERVICES_LIMIT_MS = 30_000;

/**
 * A home as an app host sees it: the mirror of its states, its events, its configuration and services, all fed by its
 * link. The mirror is written before anybody is told.
 */
export class Home extends Resource implements HomeKnowledge {
  readonly link: HomeLink;
  readonly mirror: StateMirror;
  /** Keys are entity ids. */
  readonly states = new Channel<StateTransition>('states');
  /** Keys are event types. An event comes only while {@link HomeLink.followEvents} holds for its type. */
  readonly events = new Channel<WireEvent>('events');
  /** Keys are the kinds. */
  readonly lifecycle = new Channel<HomeLifecycleEvent>('lifecycle');
  readonly services: ServiceCatalogue;
  readonly #firstReady = Promise.withResolvers<void>();
  readonly #readyWaiters = new Set<() => void>();
  #connection: HomeStatus = { phase: 'connecting', generation: 0, clockOffsetMs: 0 };
  #config: HomeConfig | undefined;
  #snapshotGeneration: number | undefined;
  #restarted = false;
  #ready = false;
  #wasReady = false;
  #toldUncheckable = false;
  #servicesSoon: Timer | undefined;

  constructor(owner: Resource | ResourceContext, link: HomeLink) {
    super(link.home, owner, `home.${link.home}`);
    this.link = link;
    this.mirror = new StateMirror({
      watches: (entityId) => this.states.watches(entityId),
      tell: (transition) => this.#publish(this.states, transition.entityId, transition),
    });
    this.services = new ServiceCatalogue(() => this.#askServices());
  }

  /** The home's name in the configuration. */
  get home(): string {
    return this.link.home;
  }

  /** What is known of the connection. */
  get connection(): HomeStatus {
    return this.#connection;
  }

  /** Whether what is known is the home's present. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Resolves when the home is ready for the first time. */
  get firstReady(): Promise<void> {
    return this.#firstReady.promise;
  }

  /** As the home told it last; undefined before the first snapshot. */
  get config(): HomeConfig | undefined {
    return this.#config;
  }

  /** The home's time zone, `UTC` before the first snapshot. */
  get timeZone(): string {
    return this.#config?.time_zone ?? 'UTC';
  }

  get position(): HomePosition | undefined {
    if (this.#config === undefined) return undefined;
    const { latitude, longitude, elevation } = this.#config;
    return { latitude, longitude, elevationM: elevation };
  }

  /** Resolves when the home is ready, at once if it is; rejects with `Cancelled` when the signal is aborted. */
  whenReady(signal: AbortSignal): Promise<void> {
    const what = `wait for home "${this.home}"`;
    if (signal.aborted) return Promise.reject(cancellationOf(signal, what));
    if (this.#ready) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onReady = (): void => {
        this.#readyWaiters.delete(onReady);
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#readyWaiters.delete(onReady);
        reject(cancellationOf(signal, what));
      };
      this.#readyWaiters.add(onReady);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Whether a call can be held against what the home has now, rather than against what it had once. */
  get checkable(): boolean {
    return this.#ready && this.services.fresh;
  }

  /** Waits until calls can be checked. Gives false where the home does not say what services it has. */
  async untilCheckable(signal: AbortSignal): Promise<boolean> {
    while (!this.checkable) {
      await this.whenReady(signal);
      if (this.checkable) break;
      try {
        await this.services.refresh();
      } catch (error) {
        if (signal.aborted) throw cancellationOf(signal, `wait for home "${this.home}"`);
        if (this.#ready) {
          this.#tellUncheckable(error);
          return false;
        }
      }
    }
    return true;
  }

  /** Asks for the services' descriptions soon, where some are missing. */
  describeServices(): void {
    if (!this.#ready || this.#servicesSoon !== undefined) return;
    this.#servicesSoon = this.clock.defer(() => {
      this.#servicesSoon = undefined;
      this.services.refresh().catch((error: unknown) => this.#tellUncheckable(error));
    });
  }

  service(id: string): ReturnType<ServiceCatalogue['get']> {
    return this.services.get(id);
  }

  serviceIds(): Iterable<string> {
    return this.services.ids();
  }

  hasEntity(entityId: string): boolean {
    return this.mirror.has(entityId);
  }

  entityIds(domain?: string): Iterable<string> {
    return this.mirror.entityIds(domain);
  }

  protected override onStart(): void {
    this.own(this.link.followEvents('service_registered'));
    this.own(this.link.followEvents('service_removed'));
    this.own(
      this.events.subscribe('service_registered', (event) =>
        withServiceId(event, (id) => this.services.registered(id)),
      ),
    );
    this.own(
      this.events.subscribe('service_removed', (event) => withServiceId(event, (id) => this.services.removed(id))),
    );
    this.own(this.link.attach(this.#sink()));
  }

  protected override onStop(): void {
    this.#servicesSoon?.cancel();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return {
      phase: this.#connection.phase,
      generation: this.#connection.generation,
      entities: this.mirror.size,
      services: this.services.size,
      timeZone: this.#config?.time_zone,
      version: this.#config?.version,
    };
  }

  #sink(): HomeSink {
    return {
      onStatus: (status) => {
        this.#connection = status;
        this.#settle();
      },
      onSnapshot: (snapshot) => this.#takeSnapshot(snapshot),
      onDifferences: (differences) => this.mirror.apply(differences),
      onEvent: (event) => this.#publish(this.events, event.event_type, event),
      onConfig: (config) => {
        this.#config = config;
      },
    };
  }

  #takeSnapshot({ entities, config, generation, restarted }: HomeSnapshot): void {
    this.#config = config;
    const first = this.#snapshotGeneration === undefined;
    this.#snapshotGeneration = generation;
    this.#restarted = restarted;
    if (first) this.mirror.fill(entities);
    else this.mirror.replace(entities, restarted);
    this.#settle();
  }

  /** A link may tell of its snapshot before or after it says that it is ready. */
  #settle(): void {
    const { phase, generation, problem } = this.#connection;
    const ready = phase === 'ready' && this.#snapshotGeneration === generation;
    if (ready === this.#ready) return;
    this.#ready = ready;
    if (ready) this.#becameReady();
    else this.#becameAway(problem);
  }

  #becameReady(): void {
    const { home } = this;
    const again = this.#wasReady;
    this.#wasReady = true;
    this.#toldUncheckable = false;
    this.describeServices();
    for (const onReady of [...this.#readyWaiters]) onReady();
    this.#firstReady.resolve();
    this.#publish(this.lifecycle, 'connected', { kind: 'connected', home, again, restarted: this.#restarted });
    if (this.#restarted) {
      this.#publish(this.lifecycle, 'home-assistant-start', { kind: 'home-assistant-start', home });
    }
  }

  #becameAway(problem: HomeProblem | undefined): void {
    this.services.expire();
    this.#publish(this.lifecycle, 'disconnected', { kind: 'disconnected', home: this.home, problem });
  }

  /** What a listener throws is its own affair: the home is followed all the same. */
  #publish<E>(channel: Channel<E>, key: string, event: E): void {
    try {
      channel.publish(key, event);
    } catch (error) {
      this.logger.error({ err: error, channel: channel.name, key }, `a listener of "${key}" failed`);
    }
  }

  async #askServices(): Promise<ServicesResult> {
    const result = await this.link.command(getServices(), { timeoutMs: SERVICES_LIMIT_MS, signal: this.signal });
    if (isServices(result)) return result;
    throw new TypeError('get_services was answered with something else');
  }

  #tellUncheckable(error: unknown): void {
    // A connection that goes meanwhile comes back, and the question is asked again then.
    if (!this.#ready || this.#toldUncheckable || isCancellation(error)) return;
    this.#toldUncheckable = true;
    const why = error instanceof HassetteError ? error.message : String(error);
    this.logger.warn(
      { err: error },
      `calls are sent unchecked, since the services of home "${this.home}" are not known: ${why}`,
    );
  }
}

function withServiceId({ data }: WireEvent, tell: (id: string) => void): void {
  const { domain, service } = data;
  if (typeof domain === 'string' && typeof service === 'string') tell(`${domain}.${service}`);
}

function isServices(value: unknown): value is ServicesResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((services) => typeof services === 'object')
  );
}

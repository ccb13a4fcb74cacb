import { Channel } from '../bus/channel.ts';
import type { Timer } from '../kernel/clock.ts';
import { HassetteError, TimedOut } from '../kernel/errors.ts';
import { Moment } from '../kernel/moment.ts';
import { Resource, type ResourceContext } from '../kernel/resource.ts';
import { cancellationOf, isCancellation, withTimeout } from '../kernel/waiting.ts';
import type { HomeLink, HomeProblem, HomeSink, HomeSnapshot, HomeStatus } from './home-link.ts';
import { getServices } from './protocol/commands.ts';
import type { Command, EntitiesMessage, HomeConfig, ServicesResult, WireEvent } from './protocol/wire.ts';
import { Overrides } from './provenance/overrides.ts';
import { Provenance } from './provenance/provenance.ts';
import { REGISTRY_EVENTS, RegistryMirror } from './registries/registry-mirror.ts';
import { perhapsRenamed } from './registries/rename-search.ts';
import { Selections } from './registries/selections.ts';
import { placesOf, unknownPlaces } from './registries/unknown-places.ts';
import { ServiceCatalogue } from './calls/service-catalogue.ts';
import type { HomeKnowledge } from './calls/service-check.ts';
import type { TargetSelection } from './calls/target.ts';
import { Backfill } from './states/backfill.ts';
import { StateMirror, type StateTransition } from './states/state-mirror.ts';

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
const HISTORY_LIMIT_MS = 10_000;
const REGISTRIES_LIMIT_MS = 30_000;
/** How long apps wait for the registries of a home that is ready, and a snapshot for the word on renames. */
const REGISTRIES_PATIENCE_MS = 5000;

/** A snapshot that waits until it is known what was renamed, with what came after it. */
interface HeldSnapshot {
  readonly snapshot: HomeSnapshot;
  readonly differences: EntitiesMessage[];
}

/**
 * A home as an app host sees it: the mirror of its states, its events, its configuration and services, all fed by its
 * link. The mirror is written before anybody is told.
 */
export class Home extends Resource implements HomeKnowledge {
  readonly link: HomeLink;
  readonly mirror: StateMirror;
  /** What was missed, for those who want each step of it. */
  readonly backfill: Backfill;
  /** Keys are entity ids. */
  readonly states = new Channel<StateTransition>('states');
  /** Keys are event types. An event comes only while {@link HomeLink.followEvents} holds for its type. */
  readonly events = new Channel<WireEvent>('events');
  /** Keys are the kinds. */
  readonly lifecycle = new Channel<HomeLifecycleEvent>('lifecycle');
  /** What the home says of itself, its time zone and position among it. The key is the home's name. */
  readonly configured = new Channel<HomeConfig>('configured');
  /** What changed together is told together. */
  readonly moment = new Moment();
  readonly services: ServiceCatalogue;
  /** Who caused what. */
  readonly provenance: Provenance;
  readonly overrides: Overrides;
  readonly registries: RegistryMirror;
  /** The selections that somebody follows. */
  readonly selections: Selections;
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
  #held: HeldSnapshot | undefined;

  constructor(owner: Resource | ResourceContext, link: HomeLink) {
    super(link.home, owner, `home.${link.home}`);
    this.link = link;
    this.mirror = new StateMirror({
      watches: (entityId) => this.states.watches(entityId),
      together: (work) => this.moment.tell(work),
      tell: (transition) => this.#publish(this.states, transition.entityId, transition),
      appeared: (entityId) => this.selections.appeared(entityId),
    });
    this.backfill = new Backfill({
      clock: this.context.clock,
      logger: this.logger,
      mirror: this.mirror,
      ask: (command) => this.#ask(command, HISTORY_LIMIT_MS),
      signal: () => this.signal,
    });
    this.registries = new RegistryMirror({
      clock: this.clock,
      logger: this.logger,
      ask: (command) => this.#ask(command, REGISTRIES_LIMIT_MS),
      onChanged: (created) => this.moment.tell(() => this.selections.update(created)),
      onRenamed: (from, to) => this.#rename(from, to),
    });
    this.selections = new Selections(this.registries.index, this.mirror);
    this.services = new ServiceCatalogue(() => this.#askServices());
    const offsetMs = (): number => this.#connection.clockOffsetMs;
    const { mirror, states } = this;
    this.provenance = new Provenance({ clock: this.context.clock, offsetMs });
    this.overrides = new Overrides({ provenance: this.provenance, mirror, states, offsetMs });
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

  /**
   * Resolves when the home is ready and its registries are known, or are not told within a few seconds; rejects with
   * `Cancelled` when the signal is aborted.
   */
  async whenKnown(signal: AbortSignal): Promise<void> {
    await this.whenReady(signal);
    if (this.registries.loaded) return;
    const what = `wait for the registries of home "${this.home}"`;
    try {
      await withTimeout(this.clock, REGISTRIES_PATIENCE_MS, what, () => this.registries.settled(), signal);
    } catch (error) {
      // Without registries everything but selections by them works: that is no reason not to begin.
      if (!(error instanceof TimedOut)) throw error;
    }
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

  missingPlaces(target: TargetSelection): readonly string[] {
    const { current, index } = this.registries;
    return current ? unknownPlaces(placesOf(target), index) : [];
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
    for (const type of REGISTRY_EVENTS) {
      this.own(this.link.followEvents(type));
      this.own(this.events.subscribe(type, (event) => this.registries.take(event)));
    }
    this.own(this.link.attach(this.#sink()));
  }

  protected override onStop(): void {
    this.#servicesSoon?.cancel();
    this.overrides.stop();
    this.registries.end();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return {
      phase: this.#connection.phase,
      generation: this.#connection.generation,
      entities: this.mirror.size,
      services: this.services.size,
      areas: this.registries.index.areas.size,
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
      onDifferences: (differences) => {
        if (this.#held === undefined) this.mirror.apply(differences);
        else this.#held.differences.push(differences);
      },
      onDifference: (entityId, difference) => {
        if (this.#held === undefined) this.mirror.applyOne(entityId, difference);
        else this.#held.differences.push({ c: { [entityId]: difference } });
      },
      onEvent: (event) => {
        if (event.event_type === 'call_service') this.provenance.hear(event);
        this.#publish(this.events, event.event_type, event);
      },
      onProvenance: (news) => this.provenance.take(news),
      onConfig: (config) => this.#takeConfig(config),
    };
  }

  #takeSnapshot(snapshot: HomeSnapshot): void {
    const { entities, config } = snapshot;
    this.#takeConfig(config);
    this.#held = undefined;
    const { index, loaded } = this.registries;
    const isRegistered = (entityId: string): boolean => index.entity(entityId) !== undefined;
    const suspects = loaded ? perhapsRenamed(entities, this.mirror, isRegistered) : [];
    if (suspects.length === 0) this.#fill(snapshot);
    else void this.#fillWithRenames({ snapshot, differences: [] }, suspects);
  }

  #takeConfig(config: HomeConfig): void {
    this.#config = config;
    this.#publish(this.configured, this.home, config);
  }

  /** What was renamed while the connection was away is to be seen as that, and not as gone and come. */
  async #fillWithRenames(held: HeldSnapshot, suspects: readonly string[]): Promise<void> {
    this.#held = held;
    try {
      const renames = await this.registries.renamesAmong(suspects, (command) =>
        this.#ask(command, REGISTRIES_PATIENCE_MS),
      );
      if (this.#held !== held) return;
      for (const [from, to] of renames) this.registries.rename(from, to);
    } catch (error) {
      if (this.#held !== held || isCancellation(error)) return;
      this.logger.debug({ err: error }, 'what was renamed meanwhile is not known');
    }
    this.#held = undefined;
    this.#fill(held.snapshot);
    for (const differences of held.differences) this.mirror.apply(differences);
  }

  #fill({ entities, generation, restarted }: HomeSnapshot): void {
    const first = this.#snapshotGeneration === undefined;
    this.#snapshotGeneration = generation;
    this.#restarted = restarted;
    this.moment.tell(() => {
      if (first) this.mirror.fill(entities);
      else {
        this.backfill.begin(restarted);
        this.mirror.replace(entities, restarted);
      }
      this.selections.update();
    });
    this.backfill.fill();
    this.#settle();
  }

  #rename(from: string, to: string): void {
    const { home } = this;
    this.mirror.rename(from, to);
    this.selections.rename(from, to);
    const following = this.states.rename(from, to);
    const told = `home "${home}": "${from}" is "${to}" now`;
    if (following === 0) this.logger.info({ entityId: to, from, home }, told);
    else {
      const whose = following === 1 ? 'A subscription follows' : `${following} subscriptions follow`;
      this.logger.warn({ entityId: to, from, home }, `${told}. ${whose} it there; change it where it is named.`);
    }
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
    this.registries.begin();
    for (const onReady of [...this.#readyWaiters]) onReady();
    this.#firstReady.resolve();
    this.#publish(this.lifecycle, 'connected', { kind: 'connected', home, again, restarted: this.#restarted });
    if (this.#restarted) {
      this.#publish(this.lifecycle, 'home-assistant-start', { kind: 'home-assistant-start', home });
    }
  }

  #becameAway(problem: HomeProblem | undefined): void {
    this.services.expire();
    this.registries.end();
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
    const result = await this.#ask(getServices(), SERVICES_LIMIT_MS);
    if (isServices(result)) return result;
    throw new TypeError('get_services was answered with something else');
  }

  #ask(command: Command, timeoutMs: number): Promise<unknown> {
    return this.link.command(command, { timeoutMs, signal: this.signal });
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

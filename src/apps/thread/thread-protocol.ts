import type { Happening } from '../../bus/event-history.ts';
import type { Emission } from '../../bus/topics.ts';
import type { HomeSnapshot, HomeStatus, HomeSubscription } from '../../home-assistant/home-link.ts';
import type { ProvenanceNews } from '../../home-assistant/provenance/own-call.ts';
import type { RestRequest, RestResponse } from '../../home-assistant/protocol/transport.ts';
import type {
  CompressedDifference,
  EntitiesMessage,
  HomeConfig,
  WireEvent,
} from '../../home-assistant/protocol/wire.ts';
import type { LogLevel } from '../../kernel/logging.ts';
import type {
  Commit,
  CommitOutcome,
  ListRequest,
  ReadRequest,
  StorageChange,
  StoredEntry,
  StoredPage,
} from '../../storage/storage-link.ts';
import type { AppLimits } from '../app-limits.ts';
import type { AppDetails, AppFailure, AppReport, AppSpec, HistoryAsked } from '../host-control.ts';
import type { PortChannel } from './port-channel.ts';
import type { PlainError } from './port-errors.ts';

/** Whose time passes in a thread: the machine's, the same at another speed, or virtual time that the daemon moves. */
export type ThreadTime =
  | { readonly kind: 'machine' }
  | {
      readonly kind: 'scaled';
      readonly speed: number;
      readonly nowMs: number;
      /** What the machine's clock showed then: a thread takes a while to come up. */
      readonly machineNowMs: number;
    }
  | { readonly kind: 'virtual'; readonly nowMs: number };

/** What a thread is given when it is made. */
export interface ThreadSetup {
  readonly folder: string;
  readonly cacheFolder: string | undefined;
  readonly homes: readonly string[];
  readonly time: ThreadTime;
  readonly logLevels: Readonly<Record<string, LogLevel>>;
  readonly limits: AppLimits;
}

export interface CallOptionsData {
  readonly timeoutMs: number;
  readonly app?: string | undefined;
  readonly executionId?: string | undefined;
}

/** What the daemon tells of a subscription that a thread wants. */
export type SubscriptionNews =
  | { readonly kind: 'standing' }
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'refused'; readonly error: PlainError; readonly isFinal: boolean };

/** What a thread asks the daemon. */
export type DaemonQuestions = {
  /** The command as JSON, since that is what the home gets: what cannot be cloned may well have a `toJSON`. */
  readonly 'home.command': {
    readonly given: CallOptionsData & { readonly home: string; readonly json: string };
    readonly answer: unknown;
  };
  readonly 'home.rest': {
    readonly given: CallOptionsData & { readonly home: string; readonly request: RestRequest };
    readonly answer: RestResponse;
  };
  readonly 'storage.read': { readonly given: ReadRequest; readonly answer: readonly StoredEntry[] };
  readonly 'storage.list': { readonly given: ListRequest; readonly answer: StoredPage };
  readonly 'storage.commit': { readonly given: Commit; readonly answer: CommitOutcome };
};

/** What a thread tells the daemon. */
export type DaemonNews = {
  readonly 'home.attach': { readonly home: string };
  readonly 'home.detach': { readonly home: string };
  readonly 'home.retry': { readonly home: string };
  /** The thread has read so many messages more of what the home tells. */
  readonly 'home.read': { readonly home: string; readonly messages: number };
  readonly 'home.follow': { readonly home: string; readonly eventType: string };
  readonly 'home.unfollow': { readonly home: string; readonly eventType: string };
  /** `id` is the thread's own number for it. */
  readonly 'home.subscribe': {
    readonly home: string;
    readonly id: number;
    readonly json: string;
    readonly sharing: HomeSubscription['sharing'];
  };
  readonly 'home.unsubscribe': { readonly home: string; readonly id: number };
  /** `id` is the thread's own number for it. */
  readonly 'storage.watch': { readonly id: number; readonly namespace: string };
  readonly 'storage.unwatch': { readonly id: number };
  readonly 'app.report': AppReport;
  readonly 'app.failure': AppFailure;
  readonly topic: Emission;
  readonly 'log.line': string;
};

/** What the daemon asks a thread. */
export type ThreadQuestions = {
  readonly 'host.start': { readonly given: undefined; readonly answer: undefined };
  readonly 'host.stop': { readonly given: undefined; readonly answer: undefined };
  readonly 'app.start': { readonly given: AppSpec; readonly answer: AppReport };
  readonly 'app.stop': { readonly given: string; readonly answer: undefined };
  readonly 'app.describe': { readonly given: undefined; readonly answer: readonly AppDetails[] };
  readonly 'bus.history': { readonly given: HistoryAsked; readonly answer: readonly Happening[] };
  /** Answers whether anything happened since it was asked last. */
  readonly 'clock.settle': { readonly given: undefined; readonly answer: boolean };
  readonly 'clock.next': { readonly given: undefined; readonly answer: number | undefined };
  readonly 'clock.advance': { readonly given: number; readonly answer: undefined };
};

/** What the daemon tells a thread. */
export type ThreadNews = {
  readonly 'home.status': { readonly home: string; readonly status: HomeStatus };
  readonly 'home.snapshot': { readonly home: string; readonly snapshot: HomeSnapshot };
  readonly 'home.differences': { readonly home: string; readonly differences: EntitiesMessage };
  readonly 'home.difference': {
    readonly home: string;
    readonly entityId: string;
    readonly difference: CompressedDifference;
  };
  readonly 'home.event': { readonly home: string; readonly event: WireEvent };
  readonly 'home.provenance': { readonly home: string; readonly news: ProvenanceNews };
  readonly 'home.config': { readonly home: string; readonly config: HomeConfig };
  readonly 'home.subscription': { readonly home: string; readonly id: number; readonly news: SubscriptionNews };
  readonly 'storage.change': { readonly id: number; readonly change: StorageChange };
  readonly topic: Emission;
  readonly 'log.level': { readonly path: string | undefined; readonly level: LogLevel | undefined };
};

export type DaemonEnd = PortChannel<DaemonQuestions, DaemonNews, ThreadQuestions, ThreadNews>;
export type ThreadEnd = PortChannel<ThreadQuestions, ThreadNews, DaemonQuestions, DaemonNews>;

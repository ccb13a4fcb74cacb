import type { Happening, HistoryQuestion } from '../bus/event-history.ts';
import type { Emission } from '../bus/topics.ts';
import type { LogLevel } from '../kernel/logging.ts';
import type { HeldRuns } from '../kernel/run-pace.ts';
import type { AppStatus } from './app-status.ts';

/** An app as the configuration has it. */
export interface AppSpec {
  readonly name: string;
  /** The name of the class's export, or `file.ts#Name`. */
  readonly className: string;
  readonly config: unknown;
  /** The home it works on; else what the class says, the only one there is, or `default`. */
  readonly home?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** How many runs of its handlers may begin in a minute, in place of what holds for all. */
  readonly runsPerMinute?: number | undefined;
}

export interface AppProblem {
  /** The code of an error, as in `docs/errors.md`; `APP_START_FAILED` where it is none of ours. */
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Where in the app's own source it happened, as `file:line:column`. */
  readonly at?: string | undefined;
}

/** How an app is, as plain data. */
export interface AppReport {
  readonly name: string;
  readonly className: string;
  readonly status: AppStatus;
  /** Wall time since when it is so. */
  readonly sinceMs: number;
  readonly isolation: 'main' | 'thread';
  /** The file that its class is in, relative to the apps folder. */
  readonly file?: string | undefined;
  readonly home?: string | undefined;
  /** Why it failed. */
  readonly problem?: AppProblem | undefined;
  /** Its handlers have been held to their pace within the last minute. */
  readonly held?: HeldRuns | undefined;
}

/** A failure of an app's code, as plain data. */
export interface AppFailure {
  readonly app: string;
  readonly kind: string;
  readonly name: string;
  readonly executionId: string;
  /** Wall time. */
  readonly atMs: number;
  readonly message: string;
  readonly code?: string | undefined;
  readonly hint?: string | undefined;
  readonly stack?: string | undefined;
  /** What it was called for, in words. */
  readonly input?: string | undefined;
  /** Where in the app's own source it happened, as `file:line:column`. */
  readonly at?: string | undefined;
}

/** A report with all that the app has registered. */
export interface AppDetails extends AppReport {
  readonly subscriptions: readonly unknown[];
  readonly jobs: readonly unknown[];
  readonly rules: readonly unknown[];
}

/** What is asked of the memory of all hosts: as plain data, the subject a name or a glob. */
export type HistoryAsked = Omit<HistoryQuestion, 'isMeant'> & { readonly subject?: string | undefined };

/** What a host is asked to do. It carries plain data only: the host may be in another thread. */
export interface HostOrders {
  /**
   * Starts an app; one of that name that is there already is stopped first. Settles when it runs, has failed or waits
   * for its home. It does not reject for a fault of the app.
   */
  startApp(spec: AppSpec): Promise<AppReport>;
  /** Stops an app and forgets it. Stopping one that is not there does nothing. */
  stopApp(name: string): Promise<void>;
  /** Brings what was emitted under a topic in another host. */
  deliverTopic(emission: Emission): void;
  setLogLevel(path: string | undefined, level: LogLevel | undefined): void;
  describeApps(): Promise<readonly AppDetails[]>;
  /** What happened lately, as far as this host's apps were told. */
  readHistory(question: HistoryAsked): Promise<readonly Happening[]>;
}

/** What a host tells the daemon. Beside the links to homes it is all that a host stands on. */
export interface HostControl {
  onAppReport(report: AppReport): void;
  onFailure(failure: AppFailure): void;
  /** An app of the host has emitted something under a topic. */
  onTopic(emission: Emission): void;
}

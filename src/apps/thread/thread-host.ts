import { Worker } from 'node:worker_threads';
import type { Happening } from '../../bus/event-history.ts';
import type { Emission } from '../../bus/topics.ts';
import type { HomeLink } from '../../home-assistant/home-link.ts';
import { Cancelled, TimedOut } from '../../kernel/errors.ts';
import type { LogLevel } from '../../kernel/logging.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Resource } from '../../kernel/resource.ts';
import { ScaledClock } from '../../kernel/scaled-clock.ts';
import { SystemClock } from '../../kernel/system-clock.ts';
import { type Activity, type ClockPeer, NotQuiet, VirtualClock } from '../../kernel/virtual-clock.ts';
import { withTimeout } from '../../kernel/waiting.ts';
import type { StorageLink } from '../../storage/storage-link.ts';
import { AppThreadEnded } from '../app-errors.ts';
import type { AppLimits } from '../app-limits.ts';
import type { AppDetails, AppReport, AppSpec, HistoryAsked, HostControl, HostOrders } from '../host-control.ts';
import { PortChannel } from './port-channel.ts';
import { HomeLinkServer } from './port-home-link.ts';
import { StorageLinkServer } from './port-storage-link.ts';
import { answerOf } from './thread-answer.ts';
import type {
  DaemonEnd,
  DaemonNews,
  DaemonQuestions,
  ThreadNews,
  ThreadQuestions,
  ThreadSetup,
  ThreadTime,
} from './thread-protocol.ts';

export interface ThreadHostOptions {
  /** Of the thread, in status and logs. */
  readonly name: string;
  readonly control: HostControl;
  readonly links: readonly HomeLink[];
  readonly storage: StorageLink;
  readonly folder: string;
  readonly cacheFolder: string | undefined;
  readonly limits: AppLimits;
  /** The thread ended though nobody had asked it to. */
  onEnded(error: AppThreadEnded): void;
}

/** Beside the limits of its apps, what a thread may take to stop before it is ended where it is, in whatever loop. */
const STOP_SLACK_MS = 500;
/** For a thread to come up and load what it runs on, in real time. */
const START_LIMIT_MS = 30_000;

const ENTRY = new URL(`./worker-entry${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * A thread of its own in which an app host runs, and the daemon's end of what goes to and fro: links to homes, orders,
 * reports, logs, topics, virtual time.
 */
export class ThreadHost extends Resource implements HostOrders, Activity {
  readonly #options: ThreadHostOptions;
  readonly #server: HomeLinkServer;
  readonly #storage: StorageLinkServer;
  /** A thread that hangs does so in the machine's time, at whatever speed the daemon's passes. */
  readonly #machineTime = new SystemClock();
  readonly #stopWithinMs: number;
  protected override readonly startLimitMs: number;
  /** It ends its stop by itself, long before. */
  protected override readonly stopLimitMs: number;
  #worker: Worker | undefined;
  #isEnding = false;
  #thread: DaemonEnd | undefined;

  constructor(owner: Resource, options: ThreadHostOptions) {
    super(options.name, owner, `thread.${options.name}`);
    this.#options = options;
    this.#server = new HomeLinkServer(
      options.links,
      () => this.#channel(),
      (home, isBehind, unread) => this.#tellBehind(home, isBehind, unread),
    );
    this.#storage = new StorageLinkServer(options.storage, () => this.#channel());
    const { drainMs, shutdownHooksMs } = options.limits;
    this.#stopWithinMs = drainMs + shutdownHooksMs + STOP_SLACK_MS;
    const speed = this.clock instanceof ScaledClock ? this.clock.speed : 1;
    this.startLimitMs = START_LIMIT_MS * speed;
    this.stopLimitMs = (2 * this.#stopWithinMs + 1000) * speed;
  }

  async startApp(spec: AppSpec): Promise<AppReport> {
    return this.#channel().ask('app.start', spec);
  }

  async stopApp(name: string): Promise<void> {
    await this.#channel().ask('app.stop', name);
  }

  deliverTopic(emission: Emission): void {
    this.#thread?.tell('topic', emission);
  }

  setLogLevel(path: string | undefined, level: LogLevel | undefined): void {
    this.#thread?.tell('log.level', { path, level });
  }

  async describeApps(): Promise<readonly AppDetails[]> {
    return this.#thread === undefined ? [] : this.#thread.ask('app.describe', undefined);
  }

  async readHistory(question: HistoryAsked): Promise<readonly Happening[]> {
    return this.#thread === undefined ? [] : this.#thread.ask('bus.history', question);
  }

  /** Its work is told by its clock; that it ends, only the machine's time brings about. */
  busy(): readonly string[] {
    return this.#isEnding ? [`end of thread "${this.name}"`] : [];
  }

  protected override async onStart(signal: AbortSignal): Promise<void> {
    const worker = new Worker(ENTRY, { name: this.name, workerData: this.#setup(), execArgv: [] });
    this.#worker = worker;
    // Also where the time to stop it runs out.
    this.own(() => this.#end());
    const thread: DaemonEnd = new PortChannel<DaemonQuestions, DaemonNews, ThreadQuestions, ThreadNews>(worker, {
      answering: { ...this.#server.answering, ...this.#storage.answering },
      hearing: {
        ...this.#server.hearing,
        ...this.#storage.hearing,
        'app.report': (report) => this.#options.control.onAppReport(report),
        'app.failure': (failure) => this.#options.control.onFailure(failure),
        topic: (emission) => this.#options.control.onTopic(emission),
        'log.line': (line) => this.context.logging.write(line),
      },
    });
    this.#thread = thread;
    worker.on('error', (error) => this.#ended(error));
    worker.on('exit', (code) => this.#ended(new Error(`it exited with code ${code}`)));
    thread.open();
    if (this.clock instanceof VirtualClock) {
      this.own(this.clock.addPeer(peerOf(thread, this.name, { worker, machineTime: this.#machineTime })));
    }
    await thread.ask('host.start', undefined, signal);
  }

  protected override async onStop(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return;
    try {
      await withTimeout(this.#machineTime, this.#stopWithinMs, `the stop of thread "${this.name}"`, (signal) =>
        thread.ask('host.stop', undefined, signal),
      );
    } catch (error) {
      this.logger.warn(
        { err: error },
        `thread "${this.name}" does not stop and is ended where it is; a loop in it may have no end`,
      );
    }
    await this.#end();
  }

  #tellBehind(home: string, isBehind: boolean, unread: number): void {
    const thread = `thread "${this.name}"`;
    if (isBehind) {
      const hint = 'Look for code in it that computes for long without a break, or for a loop without end.';
      this.logger.warn(
        { unread, home, hint },
        `${thread} has not read ${unread} messages of home "${home}"; it is told what it missed when it reads again`,
      );
    } else this.logger.info({ home }, `${thread} reads again what home "${home}" tells`);
  }

  #setup(): ThreadSetup {
    const { folder, cacheFolder, limits, links } = this.#options;
    return {
      folder,
      cacheFolder,
      limits,
      homes: links.map((link) => link.home),
      time: timeOf(this.clock, this.#machineTime),
      logLevels: this.context.logging.levels(),
    };
  }

  #channel(): DaemonEnd {
    if (this.#thread === undefined) throw new AppThreadEnded(`The thread "${this.name}" does not run`);
    return this.#thread;
  }

  /** Something in the thread threw outside of any app's code, or exited. */
  #ended(cause: unknown): void {
    if (this.#thread === undefined || this.signal.aborted) return;
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = new AppThreadEnded(`The thread of ${this.name} ended: ${why}`, {
      cause,
      hint: 'An app must not call process.exit. Start the daemon again to start the app again.',
    });
    this.logger.error({ err: error }, error.message);
    void this.#end();
    this.#options.onEnded(error);
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    const worker = this.#worker;
    this.#thread = undefined;
    this.#worker = undefined;
    this.#server[Symbol.dispose]();
    this.#storage[Symbol.dispose]();
    thread?.close(new Cancelled(`The thread "${this.name}" has ended`));
    if (worker === undefined) return;
    this.#isEnding = true;
    await worker.terminate();
    this.#isEnding = false;
  }
}

function timeOf(clock: Clock, machineTime: Clock): ThreadTime {
  if (clock instanceof VirtualClock) return { kind: 'virtual', nowMs: clock.nowMs() };
  if (clock instanceof ScaledClock) {
    return { kind: 'scaled', speed: clock.speed, nowMs: clock.nowMs(), machineNowMs: machineTime.nowMs() };
  }
  return { kind: 'machine' };
}

/** The thread's virtual clock. Once the thread has ended there is nothing there to wait for. */
function peerOf(
  thread: DaemonEnd,
  name: string,
  { worker, machineTime }: { readonly worker: Worker; readonly machineTime: Clock },
): ClockPeer {
  const asked = { what: `thread "${name}"`, machineTime, computedMs: () => computedMs(worker) };
  const answered = async <T>(question: Promise<T>, afterItsEnd: T): Promise<T> => {
    try {
      return await answerOf(question, asked);
    } catch (error) {
      if (error instanceof Cancelled) return afterItsEnd;
      if (!(error instanceof TimedOut)) throw error;
      const hint = 'Look for a loop in it that never awaits.';
      throw new NotQuiet(`Thread "${name}" gives no answer`, [asked.what], [], hint);
    }
  };
  return {
    nextDueMs: () => answered(thread.ask('clock.next', undefined), undefined),
    advanceTo: (epochMs) => answered(thread.ask('clock.advance', epochMs), undefined),
    settle: () => answered(thread.ask('clock.settle', undefined), false),
  };
}

/** A thread that has ended computes nothing; whoever asked it is told of its end. */
async function computedMs(worker: Worker): Promise<number> {
  try {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1000;
  } catch {
    return 0;
  }
}

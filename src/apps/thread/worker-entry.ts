import { parentPort, workerData } from 'node:worker_threads';
import type { Clock } from '../../kernel/clock.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { Logging } from '../../kernel/logging.ts';
import { installRejectionGuard } from '../../kernel/rejection-guard.ts';
import { ScaledClock } from '../../kernel/scaled-clock.ts';
import { SystemClock } from '../../kernel/system-clock.ts';
import { VirtualClock } from '../../kernel/virtual-clock.ts';
import { AppHost } from '../app-host.ts';
import { type Port, PortChannel } from './port-channel.ts';
import { hearHomes, PortHomeLink } from './port-home-link.ts';
import { PortStorageLink } from './port-storage-link.ts';
import type {
  DaemonNews,
  DaemonQuestions,
  ThreadEnd,
  ThreadNews,
  ThreadQuestions,
  ThreadSetup,
  ThreadTime,
} from './thread-protocol.ts';

/** Runs an app host on a port in place of the daemon itself. It is the first thing that an app's thread loads. */
function runThread(port: Port, setup: ThreadSetup): void {
  const { logLevels: levels } = setup;
  const clock = clockOf(setup.time);
  const virtual = clock instanceof VirtualClock ? clock : undefined;
  const logging = new Logging({ clock, levels, format: 'json', destination: (line) => daemon.tell('log.line', line) });
  const links = new Map<string, PortHomeLink>();
  /** Something went to or fro, but for logs and what virtual time itself asks: the daemon's side may not be at rest. */
  let traffic = false;

  const daemon: ThreadEnd = new PortChannel<ThreadQuestions, ThreadNews, DaemonQuestions, DaemonNews>(port, {
    onTraffic: (name) => {
      if (!name.startsWith('clock.') && !name.startsWith('log.')) traffic = true;
    },
    answering: {
      'host.start': () => host.start().then(() => undefined),
      'host.stop': () => host.stop().then(() => undefined),
      'app.start': (spec) => host.startApp(spec),
      'app.stop': (name) => host.stopApp(name).then(() => undefined),
      'app.describe': () => host.describeApps(),
      'bus.history': (question) => host.readHistory(question),
      'clock.settle': async () => {
        await virtual?.settle();
        const happened = traffic;
        traffic = false;
        return happened;
      },
      'clock.next': () => virtual?.timers()[0]?.dueMs,
      'clock.advance': (epochMs) => virtual?.advanceTo(epochMs).then(() => undefined),
    },
    hearing: {
      ...hearHomes(links),
      'storage.change': ({ id, change }) => storage.tell(id, change),
      topic: (emission) => host.deliverTopic(emission),
      'log.level': ({ path, level }) => logging.setLevel(path, level),
    },
  });
  const storage = new PortStorageLink(daemon);
  for (const home of setup.homes) links.set(home, new PortHomeLink(home, daemon));

  const host = new AppHost(
    { clock, logging },
    {
      links: [...links.values()],
      storage,
      folder: setup.folder,
      cacheFolder: setup.cacheFolder,
      limits: setup.limits,
      isolation: 'thread',
      control: {
        onAppReport: (report) => daemon.tell('app.report', report),
        onFailure: (failure) => daemon.tell('app.failure', failure),
        onTopic: (emission) => daemon.tell('topic', emission),
      },
    },
  );
  virtual?.addActivity(host);
  installRejectionGuard({
    executor: host.executor,
    logger: logging.logger('thread'),
    onFatal: (error) => {
      throw error;
    },
  });
  daemon.open();
}

function clockOf(time: ThreadTime): Clock {
  switch (time.kind) {
    case 'machine':
      return new SystemClock();
    case 'scaled': {
      const machine = new SystemClock();
      const { speed, nowMs, machineNowMs } = time;
      return new ScaledClock(machine, { speed, startMs: nowMs + (machine.nowMs() - machineNowMs) * speed });
    }
    case 'virtual':
      return new VirtualClock({ now: Temporal.Instant.fromEpochMilliseconds(time.nowMs) });
    default:
      return time satisfies never;
  }
}

if (parentPort === null) throw new InvalidArgument('worker-entry.ts is for worker threads');
// The thread's owner is the only one that makes threads of this file.
runThread(parentPort, workerData as ThreadSetup);

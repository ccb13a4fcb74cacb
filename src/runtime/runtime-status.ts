import type { AppReport } from '../apps/host-control.ts';
import type { Reading } from '../home-assistant/connection/reading-watch.ts';
import type { CallCounters, HomePhase, HomeProblem } from '../home-assistant/home-link.ts';
import type { EventLoopDelay } from '../kernel/event-loop-delay.ts';
import type { ExecutorCounters } from '../kernel/executor.ts';
import type { ProblemDescription, ResourceDescription } from '../kernel/resource-description.ts';
import type { WaitDescription } from '../storage/wait-ledger.ts';
import type { ResourceStatus } from '../kernel/resource-status.ts';

/**
 * `ok`, or `starting` until every app has come up, `degraded` while a home is away, an app has failed or a part of the
 * daemon is down, `stopping`.
 */
export type Health = 'starting' | 'ok' | 'degraded' | 'stopping';

export interface HomeReport {
  readonly name: string;
  readonly phase: HomePhase;
  readonly problem?: HomeProblem | undefined;
  readonly entities: number | undefined;
  readonly version?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly roundTripMs?: number | undefined;
  readonly clockOffsetMs: number;
  readonly calls: CallCounters;
  /** How far what it tells has been read. */
  readonly reading: Reading;
}

/** What is wrong, in words, and what would help. */
export interface HealthProblem {
  /** `home.default`, `app.hallway_light`, or the path of a part of the daemon. */
  readonly where: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** How the daemon is, as plain data: what `hassette status --json` prints. */
export interface RuntimeStatus {
  readonly health: Health;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly problems: readonly HealthProblem[];
  readonly homes: readonly HomeReport[];
  readonly apps: readonly AppReport[];
  /** What apps wait for over an end of the daemon. Left out where the storage does not tell it. */
  readonly waits?: readonly WaitDescription[] | undefined;
  /** Of the apps in the daemon's own thread. */
  readonly executions: ExecutorCounters | undefined;
  readonly eventLoopDelay: EventLoopDelay;
  readonly memory: { readonly rssMb: number; readonly heapMb: number };
  readonly resources: ResourceDescription;
}

/** What {@link healthOf} looks at. */
export interface HealthFacts {
  readonly runtime: ResourceStatus;
  readonly homes: readonly HomeReport[];
  readonly apps: readonly AppReport[];
  readonly resources: ResourceDescription;
  /** What is wrong with the storage. */
  readonly storage: readonly ProblemDescription[];
}

/** Judges the facts. */
export function healthOf({ runtime, homes, apps, resources, storage }: HealthFacts): {
  health: Health;
  problems: readonly HealthProblem[];
} {
  const problems = [
    ...homes.flatMap(problemOfHome),
    ...homes.flatMap(problemOfReading),
    ...apps.flatMap(problemOfApp),
    ...problemsOfParts(resources),
    ...storage.map(({ message, hint }) => ({ where: 'storage', message, hint })),
  ];
  if (runtime === 'stopping' || runtime === 'stopped') return { health: 'stopping', problems };
  if (problems.length > 0) return { health: 'degraded', problems };
  const coming = apps.some(({ status }) => status !== 'running' && status !== 'stopped' && status !== 'disabled');
  return { health: runtime === 'running' && !coming ? 'ok' : 'starting', problems };
}

function problemOfHome({ name, phase, problem }: HomeReport): readonly HealthProblem[] {
  if (phase === 'ready' || (problem === undefined && phase !== 'lost')) return [];
  const message = problem?.message ?? 'the connection is lost; it is tried again';
  return [{ where: `home.${name}`, message, hint: problem?.hint }];
}

function problemOfReading({ name, reading }: HomeReport): readonly HealthProblem[] {
  if (!reading.behind) return [];
  const { waiting, oldestMs } = reading;
  const message = `it is read too slowly: ${waiting} messages wait, the oldest for ${Math.round(oldestMs)} ms`;
  const hint = 'Look for code that computes for long without a break; `eventLoopDelay` says how long.';
  return [{ where: `home.${name}`, message, hint }];
}

function problemOfApp({ name, status, problem, held }: AppReport): readonly HealthProblem[] {
  if (held !== undefined && status === 'running') {
    const message = `it is held to ${held.perMinute} runs of its handlers a minute: ${held.waited} had to wait lately`;
    return [{ where: `app.${name}`, message, hint: 'The log says more. `runsPerMinute` is what it may.' }];
  }
  if (status !== 'failed') return [];
  return [{ where: `app.${name}`, message: problem?.message ?? 'has failed', hint: problem?.hint }];
}

/** Parts of the daemon that are down; apps and homes are told by themselves. */
function problemsOfParts(part: ResourceDescription): readonly HealthProblem[] {
  const toldElsewhere = part.path.startsWith('app.') || part.path.startsWith('home.');
  const own: HealthProblem[] =
    part.status === 'failed' && !toldElsewhere
      ? [{ where: part.path, message: part.problem?.message ?? 'is down', hint: part.problem?.hint }]
      : [];
  return [...own, ...part.children.flatMap(problemsOfParts)];
}

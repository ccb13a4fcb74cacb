import { formatDuration } from '../kernel/duration.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { askDaemon } from '../runtime/control-socket.ts';
import type { RuntimeStatus } from '../runtime/runtime-status.ts';
import { ownPackage } from './own-package.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { type DaemonOptions, withDaemon } from './with-daemon.ts';

export interface StatusOptions extends DaemonOptions {
  readonly json?: boolean;
}

/** The daemon may be of another version than this command line: then its answer is data and no more. */
function isRuntimeStatus(answer: unknown): answer is RuntimeStatus {
  return (
    typeof answer === 'object' && answer !== null && 'version' in answer && answer.version === ownPackage().version
  );
}

function statusText(told: RuntimeStatus): string {
  const uptime = formatDuration(Math.floor(told.uptimeMs / 1000) * 1000);
  const homes = told.homes.map(({ name, phase, entities, version, timeZone, roundTripMs, calls }) => [
    name,
    phase,
    `${entities} entities`,
    version === undefined ? '' : `Home Assistant ${version}`,
    timeZone ?? '',
    roundTripMs === undefined ? '' : `${Math.round(roundTripMs)} ms`,
    calls.waiting === 0 ? '' : `${calls.waiting} calls in line`,
  ]);
  const several = told.homes.length > 1;
  const apps = told.apps.map(({ name, status: now, home, className, file }) => [
    ...[name, now, ...(several ? [home ?? ''] : []), className],
    file ?? '',
  ]);
  const problems = told.problems.map(
    ({ where, message, hint }) => `  ${where}: ${message}${hint === undefined ? '' : `\n      ${hint}`}`,
  );
  return [
    `hassette ${told.version} is ${told.health}, up ${uptime}, process ${told.pid}, ${told.memory.rssMb.toFixed(0)} MB`,
    ...(homes.length === 0 ? [] : ['', 'Homes', table(homes)]),
    ...(apps.length === 0 ? [] : ['', 'Apps', table(apps)]),
    ...waitsText(told.waits),
    ...(problems.length === 0 ? [] : ['', 'Problems', ...problems]),
  ].join('\n');
}

/** So many are printed; `--json` has all. */
const WAITS_SHOWN = 20;

function waitsText(waits: RuntimeStatus['waits'] = []): readonly string[] {
  if (waits.length === 0) return [];
  const at = (ms: number): string =>
    Temporal.Instant.fromEpochMilliseconds(Math.ceil(ms)).toString({ smallestUnit: 'second' });
  const rows = waits
    .slice(0, WAITS_SHOWN)
    .map(({ app, kind, name, entityId, status: now, dueMs, expiresAtMs }) => [
      ...[app, kind, name, entityId ?? ''],
      now === 'claimed' ? 'its handler runs' : dueMs === undefined ? '' : `due ${at(dueMs)}`,
      expiresAtMs === undefined ? '' : `nobody asks for it; kept until ${at(expiresAtMs)}`,
    ]);
  const rest = waits.length - rows.length;
  return ['', 'Waits', table(rows), ...(rest > 0 ? [`  and ${rest} more`] : [])];
}

/** `hassette status`: asks the daemon of a data folder. It fails only if none answers, whatever its homes and apps do. */
export function status(options: StatusOptions, at: Surroundings): Promise<number> {
  return withDaemon(options, at, async (dataFolder) => {
    const answer = await askDaemon(dataFolder, { ask: 'status' }, new SystemClock());
    if (options.quiet === true) return exitCodes.done;
    const asText = options.json !== true && isRuntimeStatus(answer);
    at.print(asText ? statusText(answer) : JSON.stringify(answer, undefined, 2));
    return exitCodes.done;
  });
}

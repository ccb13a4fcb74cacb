import type { Timer } from '../kernel/clock.ts';
import { Refusal } from './failures.ts';
import { listOf } from './home-conditions.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, type JsonObject } from './json.ts';
import { secondsOfSpan } from './services/timer.ts';
import { missing, type Trigger } from './trigger.ts';

/** Fires at times of day, or when an entity that shows a time or a moment says so. */
export function timeTrigger(given: JsonObject): Trigger {
  if (given.at === undefined) throw missing('at');
  const times = listOf(given.at).map(timeOf);
  const weekdays = listOf(given.weekday).map(String);
  const isDay = ({ dayOfWeek }: Temporal.ZonedDateTime): boolean =>
    weekdays.length === 0 || weekdays.includes(dayNames[dayOfWeek - 1] ?? '');
  return (home, fire) => {
    const ends = times.map(({ entityId, read }) => {
      const begin = (): (() => void) =>
        repeat(
          home,
          (now) => read(home, now, isDay),
          (now) => fire({ platform: 'time', now, description: 'time', entity_id: entityId }, null),
        );
      let end = begin();
      const unwatch =
        entityId === null
          ? undefined
          : home.states.watch(entityId, () => {
              end();
              end = begin();
            });
      return () => {
        unwatch?.();
        end();
      };
    });
    return () => {
      for (const end of ends) end();
    };
  };
}

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

interface TimeAt {
  readonly entityId: string | null;
  /** The next moment; undefined where none comes. */
  readonly read: (
    home: HomeCore,
    now: Temporal.ZonedDateTime,
    isDay: (day: Temporal.ZonedDateTime) => boolean,
  ) => Temporal.ZonedDateTime | undefined;
}

/** A time of day, or an entity that shows one or a moment. */
function timeOf(at: unknown): TimeAt {
  const { entity_id: named = at, offset = 0 } = isObject(at) ? at : {};
  if (typeof named === 'string' && /^(input_datetime|sensor)\./.test(named)) {
    const shift = { seconds: offset === 0 ? 0 : secondsOfSpan(offset) };
    return {
      entityId: named,
      read: (home, now, isDay) => {
        const state = home.states.get(named)?.state ?? '';
        const time = parsed(() => Temporal.PlainTime.from(state));
        if (/^\d\d:/.test(state) && time !== undefined) return nextAt(now, time, isDay);
        const instant =
          parsed(() => Temporal.Instant.from(state)) ??
          parsed(() =>
            Temporal.PlainDateTime.from(state.replace(' ', 'T')).toZonedDateTime(home.timeZone()).toInstant(),
          );
        const moment = instant?.toZonedDateTimeISO(home.timeZone()).add(shift);
        return moment !== undefined && Temporal.ZonedDateTime.compare(moment, now) > 0 && isDay(moment)
          ? moment
          : undefined;
      },
    };
  }
  const time = parsed(() => Temporal.PlainTime.from(String(named)));
  if (time !== undefined) return { entityId: null, read: (_, now, isDay) => nextAt(now, time, isDay) };
  throw new Refusal(
    'invalid_format',
    `The simulated home knows times of day as triggers, and entities that show one, and not '${String(at)}'`,
  );
}

function nextAt(
  now: Temporal.ZonedDateTime,
  time: Temporal.PlainTime,
  isDay: (day: Temporal.ZonedDateTime) => boolean,
): Temporal.ZonedDateTime | undefined {
  for (let days = 0; days <= 7; days += 1) {
    const due = now.add({ days }).withPlainTime(time);
    if (Temporal.ZonedDateTime.compare(due, now) > 0 && isDay(due)) return due;
  }
  return undefined;
}

function parsed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // It is nothing of that kind, of which the caller tells.
    return undefined;
  }
}

/** Fires at hours, minutes and seconds of a pattern. */
export function patternTrigger(given: JsonObject): Trigger {
  const fields = ['hours', 'minutes', 'seconds'] as const;
  const patterns = fields.map((field) => given[field]);
  const first = patterns.findIndex((pattern) => pattern !== undefined);
  if (first === -1) throw new Refusal('invalid_format', 'must contain at least one of hours, minutes, seconds.');
  // What stands right of what is given is zero, what stands left of it is anything.
  const last = patterns.findLastIndex((pattern) => pattern !== undefined);
  const matches = patterns.map((pattern, index) => {
    if (pattern === undefined || pattern === '*') return (): boolean => index < last || pattern === '*';
    const text = typeof pattern === 'number' ? String(pattern) : typeof pattern === 'string' ? pattern : '';
    return text.startsWith('/')
      ? (value: number): boolean => value % Number(text.slice(1)) === 0
      : (value: number): boolean => value === Number(text);
  });
  const fits = ({ hour, minute, second }: Temporal.ZonedDateTime): boolean =>
    [hour, minute, second].every((value, index) => {
      if (patterns[index] === undefined && index > last) return value === 0;
      return matches[index]?.(value) === true;
    });
  return (home, fire) =>
    repeat(
      home,
      (now) => {
        let next = now.round({ smallestUnit: 'second', roundingMode: 'floor' }).add({ seconds: 1 });
        while (!fits(next)) next = next.second === 0 && last < 2 ? next.add({ minutes: 1 }) : next.add({ seconds: 1 });
        return next;
      },
      (now) => fire({ platform: 'time_pattern', now, description: 'time pattern' }, null),
    );
}

/** Fires at each of the moments that come. */
function repeat(
  home: HomeCore,
  next: (now: Temporal.ZonedDateTime) => Temporal.ZonedDateTime | undefined,
  fire: (now: string) => void,
): () => void {
  let timer: Timer | undefined;
  const arm = (): void => {
    const nowMs = Math.floor(home.clock.nowMs());
    const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(home.timeZone());
    const due = next(now);
    if (due === undefined) return;
    timer = home.clock.after(due.epochMilliseconds - nowMs, 'a trigger of the simulated home', () => {
      arm();
      fire(due.toString({ timeZoneName: 'never' }));
    });
  };
  arm();
  return () => timer?.cancel();
}

import { uuid } from './chance.ts';
import type { CommandDefinition } from './command-table.ts';
import { registerEntityServices } from './entity-service.ts';
import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, type JsonObject } from './json.ts';
import { dict, entityIds, optional, required, text, textual } from './schema.ts';

/** An event of a calendar. Dates alone for whole days, else dates and times with an offset. */
export interface CalendarEntry {
  readonly start: string;
  readonly end: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly location?: string | undefined;
  readonly uid?: string | undefined;
}

export interface CalendarSetup {
  readonly events: readonly CalendarEntry[];
  /** Whether events can be made and deleted. @defaultValue false, as of a calendar that is only looked into */
  readonly writable?: boolean | undefined;
}

interface Kept {
  events: CalendarEntry[];
  readonly writable: boolean;
}

/** The calendars of a simulated home. Series are not taken apart: an event is one event. */
export class Calendars {
  readonly #home: HomeCore;
  readonly #kept = new Map<string, Kept>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  load(entityId: string, { events, writable = false }: CalendarSetup): void {
    this.#kept.set(entityId, { events: [...events], writable });
  }

  /** Those whose entities are there, by name, as REST lists them. */
  list(): readonly { readonly name: string; readonly entity_id: string }[] {
    return this.#home.states
      .ofDomain('calendar')
      .map(({ entityId, attributes: { friendly_name: name } }) => ({
        name: typeof name === 'string' ? name : entityId,
        entity_id: entityId,
      }))
      .toSorted((one, other) => one.name.localeCompare(other.name));
  }

  /** What overlaps a span; undefined where there is no such calendar. */
  between(entityId: string, from: Temporal.Instant, to: Temporal.Instant): readonly CalendarEntry[] | undefined {
    if (this.#home.states.get(entityId) === undefined) return undefined;
    const events = this.#kept.get(entityId)?.events ?? [];
    return events
      .filter(
        ({ start, end }) => this.#epochMs(start) < to.epochMilliseconds && this.#epochMs(end) > from.epochMilliseconds,
      )
      .toSorted((one, other) => this.#epochMs(one.start) - this.#epochMs(other.start));
  }

  create(entityId: string, event: JsonObject): void {
    const kept = this.#writable(entityId, 'creation');
    if (event.rrule !== undefined) throw new Refusal('invalid_format', 'The simulated home has no series of events');
    kept.events = [...kept.events, { ...this.#entryOf(event), uid: uuid(this.#home.chance) }];
  }

  update(entityId: string, uid: string, event: JsonObject): void {
    const kept = this.#writable(entityId, 'update');
    const found = this.#find(kept, uid);
    kept.events = kept.events.map((each) => (each === found ? { ...this.#entryOf(event), uid } : each));
  }

  delete(entityId: string, uid: string): void {
    const kept = this.#writable(entityId, 'deletion');
    const found = this.#find(kept, uid);
    kept.events = kept.events.filter((each) => each !== found);
  }

  /** The start of a day where it is a date, in the home's zone. */
  #epochMs(time: string): number {
    if (time.includes('T')) return Temporal.Instant.from(time).epochMilliseconds;
    return Temporal.PlainDate.from(time).toZonedDateTime(this.#home.timeZone()).epochMilliseconds;
  }

  #entryOf({ summary, dtstart, dtend, description, location }: JsonObject): CalendarEntry {
    return {
      start: this.#written(dtstart),
      end: this.#written(dtend),
      summary: String(summary),
      ...(typeof description === 'string' ? { description } : {}),
      ...(typeof location === 'string' ? { location } : {}),
    };
  }

  #written(time: unknown): string {
    const written = String(time);
    if (!written.includes('T') || /(Z|[+-]\d\d:\d\d)$/.test(written)) return written;
    return Temporal.PlainDateTime.from(written)
      .toZonedDateTime(this.#home.timeZone())
      .toString({ timeZoneName: 'never' });
  }

  #writable(entityId: string, what: string): Kept {
    const kept = this.#kept.get(entityId);
    if (this.#home.states.get(entityId) === undefined) throw new Refusal('not_found', 'Entity not found');
    if (kept?.writable === true) return kept;
    throw new Refusal('not_supported', `Calendar does not support event ${what}`);
  }

  #find(kept: Kept, uid: string): CalendarEntry {
    const found = kept.events.find((each) => each.uid === uid);
    if (found === undefined) throw new Refusal('failed', `Event with UID ${uid} not found`);
    return found;
  }
}

/** The service by which calendars are read. */
export function registerCalendar(home: HomeCore, calendars: Calendars): void {
  registerEntityServices(home, 'calendar', {
    get_events: {
      shape: { start_date_time: optional(textual), end_date_time: optional(textual), duration: optional(dict) },
      fields: {
        start_date_time: { selector: { datetime: {} } },
        end_date_time: { selector: { datetime: {} } },
        duration: { selector: { duration: {} } },
      },
      response: 'only',
      run: ({ entityId }, { data }) => {
        const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(home.clock.nowMs()));
        const start = momentOf(data.start_date_time, home) ?? now;
        const end = momentOf(data.end_date_time, home) ?? start.add(durationOf(data.duration));
        const events = calendars.between(entityId, start, end) ?? [];
        // What an event is known by is told over REST alone.
        return { events: events.map(({ uid: _, ...event }) => event) };
      },
    },
  });
}

function momentOf(value: unknown, home: HomeCore): Temporal.Instant | undefined {
  if (typeof value !== 'string') return undefined;
  const written = value.replace(' ', 'T');
  if (/(Z|[+-]\d\d:\d\d)$/.test(written)) return Temporal.Instant.from(written);
  return Temporal.PlainDateTime.from(written).toZonedDateTime(home.timeZone()).toInstant();
}

function durationOf(value: unknown): { readonly seconds: number } {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 }: JsonObject = isObject(value) ? value : {};
  return { seconds: Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) };
}

/** The commands by which events are made, changed and deleted. */
export function calendarCommands(calendars: Calendars): Record<string, CommandDefinition> {
  const entity = { entity_id: required((value) => asList(entityIds(value))[0]) };
  const series = { recurrence_id: optional(text), recurrence_range: optional(text) };
  return {
    'calendar/event/create': {
      fields: { ...entity, event: required(dict) },
      run: ({ id, entity_id: entityId, event }, connection) => {
        calendars.create(String(entityId), isObject(event) ? event : {});
        connection.result(id);
      },
    },
    'calendar/event/update': {
      fields: { ...entity, uid: required(text), event: required(dict), ...series },
      run: ({ id, entity_id: entityId, uid, event }, connection) => {
        calendars.update(String(entityId), String(uid), isObject(event) ? event : {});
        connection.result(id);
      },
    },
    'calendar/event/delete': {
      fields: { ...entity, uid: required(text), ...series },
      run: ({ id, entity_id: entityId, uid }, connection) => {
        calendars.delete(String(entityId), String(uid));
        connection.result(id);
      },
    },
  };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** An event as REST tells it. */
export function restEventOf({ start, end, summary, description, location, uid }: CalendarEntry): JsonObject {
  const timeOf = (time: string): JsonObject => (time.includes('T') ? { dateTime: time } : { date: time });
  return {
    start: timeOf(start),
    end: timeOf(end),
    summary,
    description: description ?? null,
    location: location ?? null,
    uid: uid ?? null,
    recurrence_id: null,
    rrule: null,
    status: null,
  };
}

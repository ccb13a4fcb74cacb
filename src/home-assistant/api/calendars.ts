import { type HomeRequests, jsonOf, refusalOfRest } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import type { RestRequest, RestResponse } from '../protocol/transport.ts';
import { isRecord, type JsonRecord, optionalText, recordsIn, textIn } from './answer.ts';
import { assertOrder, type ComingInput, comingMoment, wireMoment } from './moment.ts';

/** A calendar of the home. */
export interface Calendar {
  readonly entityId: string;
  readonly name: string;
}

/** Days for what lasts whole days (the last one not included), else moments in the zone of the calendar. */
export type CalendarTime = Temporal.PlainDate | Temporal.Instant;

/** Something in a calendar. */
export interface CalendarEvent {
  readonly summary: string;
  readonly start: CalendarTime;
  readonly end: CalendarTime;
  /** It lasts whole days. */
  readonly allDay: boolean;
  readonly description: string | undefined;
  readonly location: string | undefined;
  /** Undefined where the calendar cannot be written to. */
  readonly uid: string | undefined;
  /** Which one of a series it is. */
  readonly recurrenceId: string | undefined;
  readonly rrule: string | undefined;
}

export interface CalendarEventsOptions extends AskOptions {
  /** @defaultValue now */
  readonly from?: ComingInput | undefined;
  /** A moment, or how far ahead of now that is. */
  readonly to: ComingInput;
}

/** What an event is made of. Days and times without a zone are meant in the home's. */
export interface NewCalendarEvent {
  readonly summary: string;
  readonly start: Temporal.PlainDate | Temporal.PlainDateTime | Temporal.ZonedDateTime | Temporal.Instant;
  readonly end: Temporal.PlainDate | Temporal.PlainDateTime | Temporal.ZonedDateTime | Temporal.Instant;
  readonly description?: string | undefined;
  readonly location?: string | undefined;
  /** Makes it a series: `FREQ=WEEKLY;BYDAY=MO`. */
  readonly rrule?: string | undefined;
}

/** Which event is meant, and of a series which ones. */
export interface CalendarEventChoice {
  readonly uid: string;
  readonly recurrenceId?: string | undefined;
  /** With `recurrenceId`: this one alone, or all from it on. @defaultValue 'this' */
  readonly range?: 'this' | 'this-and-future' | undefined;
}

/** The home's calendars, and what is in them. */
export class ApiCalendars {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /** All calendars. */
  async list(options?: AskOptions): Promise<readonly Calendar[]> {
    const what = 'api.calendars.list()';
    const response = await this.#requests.rest(what, { method: 'GET', path: '/api/calendars' }, options);
    return recordsIn(jsonOf(response), what).map((each) =>
      Object.freeze({ entityId: textIn(each, 'entity_id', what), name: textIn(each, 'name', what) }),
    );
  }

  /**
   * What is in a calendar, series taken apart, in the order in which it begins.
   *
   * @throws RestRefused where there is no such calendar (400); InvalidArgument where `to` is before `from`.
   *
   * @example
   * ```ts
   * const [next] = await this.api.calendars.events('calendar.waste', { to: '7d' });
   * if (next !== undefined) this.logger.info(`${next.summary} on ${next.start.toLocaleString()}`);
   * ```
   */
  async events(calendar: string, { from, to, timeout }: CalendarEventsOptions): Promise<readonly CalendarEvent[]> {
    const what = `api.calendars.events('${calendar}')`;
    const now = this.#requests.homeNow();
    const start = from === undefined ? now : comingMoment(from, now, 'from');
    const end = comingMoment(to, now, 'to');
    assertOrder(start, end, ['from', 'to']);
    const request = calendarRequest(calendar, start, end);
    return calendarEventsOf(await this.#requests.rest(what, request, { timeout }), what);
  }

  /**
   * Puts an event into a calendar.
   *
   * @throws CommandRefused (`not_supported`) where the calendar cannot be written to.
   *
   * @example
   * ```ts
   * await this.api.calendars.create('calendar.family', {
   *   summary: 'Bins', start: Temporal.PlainDate.from('2026-11-23'), end: Temporal.PlainDate.from('2026-11-24'),
   * });
   * ```
   */
  async create(calendar: string, event: NewCalendarEvent, options?: AskOptions): Promise<void> {
    const command = { type: 'calendar/event/create', entity_id: calendar, event: this.#wireEvent(event) };
    await this.#requests.change(`api.calendars.create('${calendar}')`, command, options);
  }

  /** Replaces an event. @throws CommandRefused where there is none such, or the calendar cannot be written to. */
  async update(
    calendar: string,
    which: CalendarEventChoice,
    event: NewCalendarEvent,
    options?: AskOptions,
  ): Promise<void> {
    const command = {
      type: 'calendar/event/update',
      entity_id: calendar,
      ...choiceOf(which),
      event: this.#wireEvent(event),
    };
    await this.#requests.change(`api.calendars.update('${calendar}')`, command, options);
  }

  /** Takes an event out. @throws CommandRefused where there is none such, or the calendar cannot be written to. */
  async delete(calendar: string, which: CalendarEventChoice, options?: AskOptions): Promise<void> {
    const command = { type: 'calendar/event/delete', entity_id: calendar, ...choiceOf(which) };
    await this.#requests.change(`api.calendars.delete('${calendar}')`, command, options);
  }

  #wireEvent({ start, end, ...event }: NewCalendarEvent): JsonRecord {
    return { ...event, dtstart: this.#wireTime(start), dtend: this.#wireTime(end) };
  }

  /** Home Assistant takes days, and times in its own zone. */
  #wireTime(time: NewCalendarEvent['start']): string {
    if (time instanceof Temporal.PlainDate || time instanceof Temporal.PlainDateTime) return time.toString();
    const { timeZone } = this.#requests.home;
    const zoned = time instanceof Temporal.Instant ? time.toZonedDateTimeISO(timeZone) : time.withTimeZone(timeZone);
    return zoned.toPlainDateTime().toString();
  }
}

/** What asks for the events of a calendar that are on within a span. */
export function calendarRequest(calendar: string, start: Temporal.Instant, end: Temporal.Instant): RestRequest {
  const query = new URLSearchParams({ start: wireMoment(start), end: wireMoment(end) });
  return { method: 'GET', path: `/api/calendars/${encodeURIComponent(calendar)}?${query.toString()}` };
}

/** The answer to that. @throws RestRefused where it is none. */
export function calendarEventsOf(response: RestResponse, what: string): readonly CalendarEvent[] {
  if (response.status < 200 || response.status >= 300) throw refusalOfRest(what, response);
  return recordsIn(jsonOf(response), what).map((event) => eventOf(event, what));
}

function choiceOf({ uid, recurrenceId, range }: CalendarEventChoice): JsonRecord {
  return {
    uid,
    ...(recurrenceId === undefined ? {} : { recurrence_id: recurrenceId }),
    // What Home Assistant calls it is RFC 5545's.
    ...(range === 'this-and-future' ? { recurrence_range: 'THISANDFUTURE' } : {}),
  };
}

function eventOf(event: JsonRecord, what: string): CalendarEvent {
  const start = timeOf(event['start']);
  return Object.freeze({
    summary: textIn(event, 'summary', what),
    start,
    end: timeOf(event['end']),
    allDay: start instanceof Temporal.PlainDate,
    description: optionalText(event['description']),
    location: optionalText(event['location']),
    uid: optionalText(event['uid']),
    recurrenceId: optionalText(event['recurrence_id']),
    rrule: optionalText(event['rrule']),
  });
}

function timeOf(value: unknown): CalendarTime {
  const { date, dateTime } = isRecord(value) ? value : {};
  return typeof dateTime === 'string' ? Temporal.Instant.from(dateTime) : Temporal.PlainDate.from(String(date));
}

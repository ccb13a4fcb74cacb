import { registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import type { JsonObject } from '../json.ts';
import { type Check, misfit, numberRead, optional } from '../schema.ts';
import type { Attributes, StateRecord } from '../state-record.ts';

const ways = ['date', 'time', 'datetime', 'timestamp'];

function readBy(read: (text: string) => unknown, what: string): Check {
  return (value) => {
    try {
      return read(String(value));
    } catch {
      throw misfit(`Invalid ${what} specified: ${String(value)}`);
    }
  };
}

const date = readBy((text) => Temporal.PlainDate.from(text), 'date');
const time = readBy((text) => Temporal.PlainTime.from(text), 'time');
const dateTime = readBy((text) => Temporal.PlainDateTime.from(text.replace(' ', 'T')), 'datetime');

/** `input_datetime`: a date, a time of day, or both, in the home's own time. */
export function registerInputDatetime(home: HomeCore): void {
  registerEntityServices(home, 'input_datetime', {
    set_datetime: {
      shape: {
        date: optional(date),
        time: optional(time),
        datetime: optional(dateTime),
        timestamp: optional(numberRead),
      },
      fields: {
        date: { selector: { text: {} } },
        time: { selector: { time: {} } },
        datetime: { selector: { text: {} } },
        timestamp: { selector: { number: { min: 0, mode: 'box' } } },
      },
      check: assertOneWay,
      run: (entity, { data, context }) => {
        const moment = momentOf(data, entity, home.timeZone());
        home.write(
          entity,
          { state: textOf(moment, entity.attributes), attributes: partsOf(moment, entity.attributes, home.timeZone()) },
          context,
        );
      },
    },
  });
}

function assertOneWay(data: JsonObject): JsonObject {
  const given = ways.filter((way) => Object.hasOwn(data, way));
  if (given.length === 0) throw misfit(`at least one of [${ways.map((way) => `'${way}'`).join(', ')}] is required`);
  const both = given.length === 2 && given.includes('date') && given.includes('time');
  if (given.length > 1 && !both) throw misfit(`Cannot use together: ${Object.keys(data).join(', ')}`);
  return data;
}

function momentOf(data: JsonObject, entity: StateRecord, timeZone: string): Temporal.PlainDateTime {
  if (data.datetime instanceof Temporal.PlainDateTime) return data.datetime;
  if (typeof data.timestamp === 'number') {
    return Temporal.Instant.fromEpochMilliseconds(data.timestamp * 1000)
      .toZonedDateTimeISO(timeZone)
      .toPlainDateTime();
  }
  const present = presentMoment(entity);
  const day = data.date instanceof Temporal.PlainDate ? data.date : present.toPlainDate();
  return day.toPlainDateTime(data.time instanceof Temporal.PlainTime ? data.time : present.toPlainTime());
}

function presentMoment({ state, attributes }: StateRecord): Temporal.PlainDateTime {
  try {
    if (attributes.has_date === false)
      return Temporal.PlainDate.from('1970-01-01').toPlainDateTime(Temporal.PlainTime.from(state));
    return Temporal.PlainDateTime.from(state.replace(' ', 'T'));
  } catch {
    // It had no value yet.
    return Temporal.PlainDateTime.from('1970-01-01T00:00');
  }
}

function textOf(moment: Temporal.PlainDateTime, { has_date, has_time }: Attributes): string {
  if (has_date === false) return moment.toPlainTime().toString({ smallestUnit: 'second' });
  if (has_time === false) return moment.toPlainDate().toString();
  return moment.toString({ smallestUnit: 'second' }).replace('T', ' ');
}

/** The same in numbers. Without a date the timestamp counts from midnight. */
function partsOf(moment: Temporal.PlainDateTime, { has_date, has_time }: Attributes, timeZone: string): Attributes {
  const { year, month, day, hour, minute, second } = moment;
  const timestamp =
    has_date === false ? hour * 3600 + minute * 60 + second : moment.toZonedDateTime(timeZone).epochMilliseconds / 1000;
  return {
    ...(has_date === false ? {} : { year, month, day }),
    ...(has_time === false ? {} : { hour, minute, second }),
    timestamp,
  };
}

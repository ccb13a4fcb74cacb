/**
 * What the states of a domain are: a text, or a text that stands for something. `by-class`: that of each entity, by its
 * device class, state class and unit, as for sensors.
 */
export type StateMeaning = 'by-class' | 'date' | 'date-or-time' | 'moment' | 'number' | 'text' | 'time';

/** What a state stands for. */
export type StateValue =
  | number
  | string
  | Temporal.Instant
  | Temporal.PlainDate
  | Temporal.PlainDateTime
  | Temporal.PlainTime;

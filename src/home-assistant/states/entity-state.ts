import type { StateValue } from '../domains/state-meaning.ts';
import type { CompressedState, WireContext, WireState } from '../protocol/wire.ts';
import { meaningOfState, optionsOf, readAs } from './state-value.ts';

/** A state's attributes: plain JSON, deeply frozen. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Who or what caused a state. */
export interface StateContext {
  readonly id: string;
  readonly parentId: string | null;
  readonly userId: string | null;
}

/** What an `EntityState` is made of: numbers as the wire has them. */
export interface StateParts {
  readonly entityId: string;
  readonly state: string;
  /** Is frozen when somebody looks at it: give it away. */
  readonly attributes: Attributes;
  readonly lastChangedS: number;
  readonly lastUpdatedS: number;
  readonly contextId: string;
  readonly parentId: string | null;
  readonly userId: string | null;
}

/** What a middleware makes of a state. */
export interface StateRevision {
  readonly state?: string | undefined;
  /** In place of all that there were. */
  readonly attributes?: Attributes | undefined;
}

/** What the rest of this file may see of a state without making anything. */
let partsOf: {
  readonly attributes: (state: EntityState) => Attributes;
  readonly lastChangedS: (state: EntityState) => number;
  readonly lastUpdatedS: (state: EntityState) => number;
  readonly contextId: (state: EntityState) => string;
};

/**
 * The state of an entity at one moment. It never changes afterwards, whatever happens in the home.
 *
 * What costs something is made when it is first looked at: most states are compared and forgotten.
 */
export class EntityState<State extends string = string, Value extends StateValue = StateValue> {
  readonly entityId: string;
  /** Home Assistant's own string, `unavailable` and `unknown` included. */
  readonly state: State;
  readonly #attributes: Attributes;
  readonly #lastChangedS: number;
  readonly #lastUpdatedS: number;
  readonly #contextId: string;
  readonly #parentId: string | null;
  readonly #userId: string | null;
  #attributesFrozen = false;

  constructor(parts: StateParts & { readonly state: State }) {
    this.entityId = parts.entityId;
    this.state = parts.state;
    this.#attributes = parts.attributes;
    this.#lastChangedS = parts.lastChangedS;
    this.#lastUpdatedS = parts.lastUpdatedS;
    this.#contextId = parts.contextId;
    this.#parentId = parts.parentId;
    this.#userId = parts.userId;
    Object.freeze(this);
  }

  /** The state as a number, where it is a finite one. An empty state is no number. */
  get number(): number | undefined {
    return finiteNumber(this.state);
  }

  /**
   * What the state stands for, by its domain, and for sensors by device class, state class and unit: a number, a moment,
   * a date, a time of day, or the text itself. Undefined while it is unavailable, and where the text is none of that.
   *
   * @example
   * ```ts
   * const { value } = this.states.get('sensor.washing_machine_ends') ?? {};
   * if (value instanceof Temporal.Instant) this.scheduler.runAt(value, () => this.logger.info('done'));
   * ```
   */
  get value(): Value | undefined {
    // What states of a domain stand for is Home Assistant's word, as the types tell it.
    return this.#value() as Value | undefined;
  }

  /** The state as a moment: a timestamp, the last press of a button, an `input_datetime` of both parts. */
  get instant(): Temporal.Instant | undefined {
    const value = this.#value();
    if (value instanceof Temporal.Instant) return value;
    if (!(value instanceof Temporal.PlainDateTime)) return undefined;
    // Its text is in the home's time zone, and this is the same moment without one.
    const timestamp = this.#attribute('timestamp');
    return typeof timestamp === 'number' ? instantOfSeconds(timestamp) : undefined;
  }

  /** The state as a day: a `date`, a sensor of that device class, an `input_datetime` that has one. */
  get date(): Temporal.PlainDate | undefined {
    const value = this.#value();
    if (value instanceof Temporal.PlainDate) return value;
    return value instanceof Temporal.PlainDateTime ? value.toPlainDate() : undefined;
  }

  /** The state as a time of day: a `time`, an `input_datetime` that has one. */
  get time(): Temporal.PlainTime | undefined {
    const value = this.#value();
    if (value instanceof Temporal.PlainTime) return value;
    return value instanceof Temporal.PlainDateTime ? value.toPlainTime() : undefined;
  }

  /** The states that the entity itself can have, where it names them: those of a select or of a sensor that is an enum. */
  get options(): readonly string[] | undefined {
    return optionsOf(this.#attribute('options'));
  }

  /** False while the state is `unavailable` or `unknown`. */
  get available(): boolean {
    return isAvailable(this.state);
  }

  get attributes(): Attributes {
    if (!this.#attributesFrozen) {
      deepFreeze(this.#attributes);
      this.#attributesFrozen = true;
    }
    return this.#attributes;
  }

  /** When the state (not just an attribute) last became what it is, on Home Assistant's clock. */
  get lastChanged(): Temporal.Instant {
    return instantOfSeconds(this.#lastChangedS);
  }

  /** When the state or an attribute last changed, on Home Assistant's clock. */
  get lastUpdated(): Temporal.Instant {
    return instantOfSeconds(this.#lastUpdatedS);
  }

  get context(): StateContext {
    return Object.freeze({ id: this.#contextId, parentId: this.#parentId, userId: this.#userId });
  }

  /** For logs: all of it as plain data. */
  toJSON(): Readonly<Record<string, unknown>> {
    return {
      entityId: this.entityId,
      state: this.state,
      attributes: this.attributes,
      lastChanged: this.lastChanged.toString(),
      lastUpdated: this.lastUpdated.toString(),
      context: this.context,
    };
  }

  #value(): StateValue | undefined {
    if (!this.available) return undefined;
    const meaning = meaningOfState(domainOf(this.entityId), (name) => this.#attribute(name));
    return meaning === 'number' ? this.number : readAs(meaning, this.state);
  }

  #attribute(name: string): unknown {
    return Object.hasOwn(this.#attributes, name) ? this.#attributes[name] : undefined;
  }

  /** What `console.log` and the REPL show. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return this.toJSON();
  }

  static {
    partsOf = {
      attributes: (state) => state.#attributes,
      lastChangedS: (state) => state.#lastChangedS,
      lastUpdatedS: (state) => state.#lastUpdatedS,
      contextId: (state) => state.#contextId,
    };
  }
}

/** `lastChanged` in milliseconds since the epoch, with a fraction, without an object being made. */
export function lastChangedMs(state: EntityState): number {
  return partsOf.lastChangedS(state) * 1000;
}

/** `lastUpdated` in milliseconds since the epoch, with a fraction, without an object being made. */
export function lastUpdatedMs(state: EntityState): number {
  return partsOf.lastUpdatedS(state) * 1000;
}

/** The id of the state's context, without an object being made. */
export function contextIdOf(state: EntityState): string {
  return partsOf.contextId(state);
}

/** One attribute, without all of them being frozen. Only for code that hands the value on to nobody. */
export function peekAttribute(state: EntityState, name: string): unknown {
  const attributes = partsOf.attributes(state);
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** A state as the differences of `subscribe_entities` first bring it. */
export function entityStateOfCompressed(entityId: string, wire: CompressedState): EntityState {
  const context: Partial<WireContext> = typeof wire.c === 'string' ? { id: wire.c } : wire.c;
  return new EntityState({
    entityId,
    state: wire.s,
    attributes: wire.a,
    lastChangedS: wire.lc,
    lastUpdatedS: wire.lu ?? wire.lc,
    contextId: context.id ?? '',
    parentId: context.parent_id ?? null,
    userId: context.user_id ?? null,
  });
}

/** The same state as the differences of `subscribe_entities` first bring it. */
export function compressedOf(state: EntityState): CompressedState {
  const lc = partsOf.lastChangedS(state);
  const lu = partsOf.lastUpdatedS(state);
  const { id, parentId, userId } = state.context;
  return {
    s: state.state,
    a: partsOf.attributes(state),
    c: parentId === null && userId === null ? id : { id, parent_id: parentId, user_id: userId },
    lc,
    ...(lu === lc ? {} : { lu }),
  };
}

/** The same state, of the same time and context, with another text or other attributes. */
export function revisedState(state: EntityState, { state: text, attributes }: StateRevision): EntityState {
  const { id: contextId, parentId, userId } = state.context;
  return new EntityState({
    entityId: state.entityId,
    state: text ?? state.state,
    // Frozen when somebody looks at it, which what was given may not be.
    attributes: attributes === undefined ? partsOf.attributes(state) : structuredClone(attributes),
    lastChangedS: partsOf.lastChangedS(state),
    lastUpdatedS: partsOf.lastUpdatedS(state),
    contextId,
    parentId,
    userId,
  });
}

/** A state as REST and `state_changed` have it. */
export function entityStateOfWire(wire: WireState): EntityState {
  return new EntityState({
    entityId: wire.entity_id,
    state: wire.state,
    attributes: wire.attributes,
    lastChangedS: secondsOf(wire.last_changed),
    lastUpdatedS: secondsOf(wire.last_updated),
    contextId: wire.context.id,
    parentId: wire.context.parent_id,
    userId: wire.context.user_id,
  });
}

/** `unavailable` (its integration cannot reach it) and `unknown` (no value yet) are no values. */
export function isAvailable(state: string): boolean {
  return state !== 'unavailable' && state !== 'unknown';
}

/** The part of an entity id before its dot. */
export function domainOf(entityId: string): string {
  const dot = entityId.indexOf('.');
  return dot < 0 ? entityId : entityId.slice(0, dot);
}

/**
 * The number that a text is, in decimal notation. `Number` would take an empty text for 0 and `0x10` for 16, which no
 * sensor means.
 */
export function finiteNumber(text: string): number | undefined {
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  if (number === 0 && !text.includes('0')) return undefined;
  return /^\s*0[box]/i.test(text) ? undefined : number;
}

function instantOfSeconds(seconds: number): Temporal.Instant {
  // Home Assistant counts in microseconds, which a double still tells apart in this century.
  return Temporal.Instant.fromEpochNanoseconds(BigInt(Math.round(seconds * 1e6)) * 1000n);
}

function secondsOf(text: string): number {
  return Number(Temporal.Instant.from(text).epochNanoseconds / 1000n) / 1e6;
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

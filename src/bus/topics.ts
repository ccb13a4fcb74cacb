import { InvalidArgument } from '../kernel/errors.ts';
import { BusEvent, revise, type SignalSource } from './event.ts';
import type { HappeningKind } from './event-history.ts';
import { isGlob } from './key-pattern.ts';
import { refuseOtherChanges } from './middleware.ts';

/**
 * The events that apps tell each other, by topic. Merge yours in, and `on` and `emit` know what they carry; the data of
 * a topic that is not here is `unknown`.
 *
 * @example
 * ```ts
 * declare module 'hassette' {
 *   interface Topics {
 *     'garage.opened': { by: 'car' | 'person' };
 *   }
 * }
 * ```
 */
export interface Topics {}

/** The data of a topic. For a glob it is unknown. */
export type TopicData<Topic extends string> = Topic extends keyof Topics ? Topics[Topic] : unknown;

/** What came to pass under a topic, on its way to those who listen. */
export interface Emission {
  /** The home whose topic it is: each has its own. */
  readonly home: string;
  readonly topic: string;
  readonly data: unknown;
  /** The app that told of it. */
  readonly from: string;
  readonly firedAtMs: number;
}

/** How what was told under a topic is remembered. */
export const TOPIC_HAPPENING: HappeningKind = {
  kind: 'topic',
  // What is noted of topics are emissions.
  read: (emission) => {
    const { from, data } = emission as Emission;
    return { from, data };
  },
};

/** What a handler of `on` is called with. */
export class TopicEvent<Topic extends string = string, Data = TopicData<Topic>> extends BusEvent {
  readonly kind = 'topic';
  /** The home that it was told of in. */
  readonly home: string;
  readonly topic: Topic;
  readonly data: Data;
  /** The app that emitted it. */
  readonly from: string;
  readonly #firedAtMs: number;

  constructor(emission: Emission & { readonly topic: Topic; readonly data: Data }, source: SignalSource) {
    super(source);
    this.home = emission.home;
    this.topic = emission.topic;
    this.data = emission.data;
    this.from = emission.from;
    this.#firedAtMs = emission.firedAtMs;
    Object.freeze(this);
  }

  override get firedAt(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.#firedAtMs);
  }

  /** @internal */
  override [revise](changes: object, source: SignalSource): TopicEvent<Topic, unknown> {
    refuseOtherChanges(changes, ['data']);
    const { home, topic, from, data } = this;
    return new TopicEvent({ home, topic, from, data, firedAtMs: this.#firedAtMs, ...changes }, source);
  }
}

/**
 * @throws InvalidArgument if a text is no topic: empty, or with a segment that is.
 */
export function assertTopic(topic: unknown, method: string, globs: 'globs' | 'exact'): asserts topic is string {
  const example = "A topic is made of words with dots between them, such as 'garage.opened'.";
  if (typeof topic !== 'string' || topic.split('.').some((segment) => segment.trim() === '')) {
    throw new InvalidArgument(
      `${method} was given ${typeof topic === 'string' ? `"${topic}"` : String(topic)}, which is no topic`,
      { hint: example },
    );
  }
  if (globs === 'exact' && isGlob(topic)) {
    throw new InvalidArgument(`${method} was given the glob "${topic}"`, {
      hint: `Only listeners may use * and ?. ${example}`,
    });
  }
}

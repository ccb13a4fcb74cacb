import type { WireContext } from '../home-assistant/protocol/wire.ts';
import { isoOf } from './instants.ts';

export interface EventOrigin {
  readonly context: WireContext;
  /** Microseconds since the epoch. */
  readonly firedAt: number;
  /** REMOTE where REST fired it. */
  readonly origin?: 'LOCAL' | 'REMOTE';
}

/** An event of the home's bus. It is put into text once, however many subscribers it has. */
export class HomeEvent {
  readonly type: string;
  readonly origin: EventOrigin;
  readonly #dataJson: () => string;
  #frameHead: string | undefined;

  constructor(type: string, dataJson: () => string, origin: EventOrigin) {
    this.type = type;
    this.origin = origin;
    this.#dataJson = dataJson;
  }

  /** A frame for a subscriber, less what tells subscribers apart: `,"id":7}`. */
  get frameHead(): string {
    return (this.#frameHead ??= this.#text());
  }

  #text(): string {
    const { context, firedAt, origin = 'LOCAL' } = this.origin;
    const head = `{"type":"event","event":{"event_type":${JSON.stringify(this.type)},"data":${this.#dataJson()}`;
    return `${head},"origin":"${origin}","time_fired":"${isoOf(firedAt)}","context":${JSON.stringify(context)}}`;
  }
}

export type EventListener = (event: HomeEvent) => void;

/** Who wants to hear of which events. */
export class EventBus {
  readonly #byType = new Map<string, Set<EventListener>>();
  readonly #all = new Set<EventListener>();

  /** Without a type: every event. */
  listen(type: string | undefined, listener: EventListener): () => void {
    const listeners = type === undefined ? this.#all : this.#listenersOf(type);
    // A listener of its own for each call, so that listening twice is told twice.
    const own: EventListener = (event) => listener(event);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  hasListeners(type: string): boolean {
    return this.#all.size > 0 || (this.#byType.get(type)?.size ?? 0) > 0;
  }

  fire(event: HomeEvent): void {
    for (const listener of this.#byType.get(event.type) ?? []) listener(event);
    for (const listener of this.#all) listener(event);
  }

  #listenersOf(type: string): Set<EventListener> {
    const listeners = this.#byType.get(type) ?? new Set<EventListener>();
    this.#byType.set(type, listeners);
    return listeners;
  }
}

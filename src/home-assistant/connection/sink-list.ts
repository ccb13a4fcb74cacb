import type { HomeSink, HomeSnapshot, HomeStatus } from '../home-link.ts';
import type { ProvenanceNews } from '../provenance/own-call.ts';
import type { CompressedDifference, EntitiesMessage, HomeConfig, WireEvent } from '../protocol/wire.ts';

/**
 * Those who are told what a home says. A sink is told differences and events only after a snapshot of the present
 * connection, so that they mean something to it; status it is told from the first moment.
 */
export class SinkList {
  readonly #onFailure: (error: unknown) => void;
  readonly #all = new Set<HomeSink>();
  /** Those who had a snapshot of the present connection. Replaced, never changed, since it may be being walked. */
  #joined: readonly HomeSink[] = [];

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  has(sink: HomeSink): boolean {
    return this.#all.has(sink);
  }

  add(sink: HomeSink): void {
    this.#all.add(sink);
  }

  remove(sink: HomeSink): void {
    this.#all.delete(sink);
    this.#joined = this.#joined.filter((joined) => joined !== sink);
  }

  /** The connection is gone: all need a new snapshot. */
  leave(): void {
    this.#joined = [];
  }

  tellStatus(status: HomeStatus): void {
    for (const sink of this.#all) this.tellOneStatus(sink, status);
  }

  /** A home may be ready that has not told this sink its snapshot yet. */
  tellOneStatus(sink: HomeSink, status: HomeStatus): void {
    const early = status.phase === 'ready' && !this.#joined.includes(sink);
    try {
      sink.onStatus(early ? { ...status, phase: 'syncing' } : status);
    } catch (error) {
      this.#onFailure(error);
    }
  }

  tellSnapshot(snapshot: HomeSnapshot): void {
    for (const sink of this.#all) this.tellOneSnapshot(sink, snapshot);
  }

  tellOneSnapshot(sink: HomeSink, snapshot: HomeSnapshot): void {
    if (!this.#joined.includes(sink)) this.#joined = [...this.#joined, sink];
    try {
      sink.onSnapshot(snapshot);
    } catch (error) {
      this.#onFailure(error);
    }
  }

  tellDifferences(differences: EntitiesMessage): void {
    for (const sink of this.#joined) {
      try {
        sink.onDifferences(differences);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  tellDifference(entityId: string, difference: CompressedDifference): void {
    for (const sink of this.#joined) {
      try {
        sink.onDifference(entityId, difference);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  tellEvent(event: WireEvent): void {
    for (const sink of this.#joined) {
      try {
        sink.onEvent(event);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  tellConfig(config: HomeConfig): void {
    for (const sink of this.#joined) {
      try {
        sink.onConfig(config);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  tellProvenance(news: ProvenanceNews): void {
    for (const sink of this.#all) this.tellOneProvenance(sink, news);
  }

  tellOneProvenance(sink: HomeSink, news: ProvenanceNews): void {
    try {
      sink.onProvenance?.(news);
    } catch (error) {
      this.#onFailure(error);
    }
  }
}

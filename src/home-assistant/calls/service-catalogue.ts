import { type KnownService, knownService } from './known-service.ts';
import type { ServiceDescription, ServicesResult } from '../protocol/wire.ts';

/** What came and went while the home was being asked, in order. */
interface Change {
  readonly id: string;
  readonly there: boolean;
}

/**
 * The services of a home: asked for as a whole, which is a lot, and then kept up to date by its events.
 *
 * An event names a service and says nothing of its fields. Such a service, and one that was registered again, is
 * `undescribed` until the whole is asked for anew, which whoever calls one of them brings about.
 */
export class ServiceCatalogue {
  readonly #load: () => Promise<ServicesResult>;
  /** By id; undefined where only the name is known. */
  #descriptions = new Map<string, ServiceDescription | undefined>();
  /** Those that were called already, read. */
  readonly #known = new Map<string, KnownService>();
  #loading: Promise<void> | undefined;
  #changesWhileLoading: Change[] = [];
  #epoch = 0;
  #fresh = false;

  constructor(load: () => Promise<ServicesResult>) {
    this.#load = load;
  }

  /** Whether it is what the home has at present; otherwise it is what the home had once, or nothing. */
  get fresh(): boolean {
    return this.#fresh;
  }

  get size(): number {
    return this.#descriptions.size;
  }

  get(id: string): KnownService | 'undescribed' | undefined {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const description = this.#descriptions.get(id);
    if (description === undefined) return this.#descriptions.has(id) ? 'undescribed' : undefined;
    const read = knownService(id, description);
    this.#known.set(id, read);
    return read;
  }

  ids(): Iterable<string> {
    return this.#descriptions.keys();
  }

  /** Asks the home. Asked again meanwhile it is the same question. */
  refresh(): Promise<void> {
    this.#loading ??= this.#refresh().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** The connection is gone: what comes and goes from here on is not heard of. */
  expire(): void {
    this.#fresh = false;
    this.#epoch += 1;
  }

  registered(id: string): void {
    this.#note({ id, there: true });
  }

  removed(id: string): void {
    this.#note({ id, there: false });
  }

  async #refresh(): Promise<void> {
    const epoch = this.#epoch;
    this.#changesWhileLoading = [];
    const result = await this.#load();
    if (epoch !== this.#epoch) return;
    this.#descriptions = new Map(idsAndDescriptions(result));
    this.#known.clear();
    // An event that followed the answer may have been heard before it. One that went before is in it already.
    for (const change of this.#changesWhileLoading) this.#apply(change);
    this.#fresh = true;
  }

  #note(change: Change): void {
    if (this.#loading !== undefined) this.#changesWhileLoading.push(change);
    this.#apply(change);
  }

  #apply({ id, there }: Change): void {
    this.#known.delete(id);
    if (there) this.#descriptions.set(id, undefined);
    else this.#descriptions.delete(id);
  }
}

function* idsAndDescriptions(result: ServicesResult): Generator<[string, ServiceDescription]> {
  for (const [domain, services] of Object.entries(result)) {
    for (const [service, description] of Object.entries(services)) yield [`${domain}.${service}`, description];
  }
}

import { isGlob, type KeyPattern } from '../../bus/key-pattern.ts';
import type { Logger } from '../../kernel/logging.ts';
import { nearest } from '../../kernel/nearest.ts';
import { domainOf } from './entity-state.ts';
import type { Home } from '../home.ts';
import type { Choice } from '../registries/selection.ts';
import { unknownPlaces } from '../registries/unknown-places.ts';
import { describeMeant, isChoice, type Meant } from '../subscriptions/state-target.ts';

/** To find the id that was meant, all are looked at. Who names thousands of unknown ones has made no slip. */
const SUGGESTIONS = 20;

/** Warns once of each id that a home does not have. Such an entity may come later, but most often it is a slip. */
export class UnknownEntities {
  readonly #home: Home;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #told = new Set<string>();
  /** What was named of a home that has never answered, and where, by its words. */
  readonly #waiting = new Map<string, readonly [Meant, string]>();
  #suggested = 0;

  constructor(home: Home, logger: Pick<Logger, 'warn'>) {
    this.#home = home;
    this.#logger = logger;
  }

  /** @param method - where they were named, for the message. */
  warnOf(meant: Meant, method: string): void {
    if (this.#home.config === undefined) this.#wait(meant, method);
    else if (isChoice(meant)) void this.#home.registries.settled().then(() => this.#warnOfPlaces(meant, method));
    else this.#warnOfIds(meant, method);
  }

  #warnOfPlaces(choice: Choice, method: string): void {
    const { home, registries } = this.#home;
    if (!registries.current) return;
    for (const words of unknownPlaces(choice, registries.index)) {
      if (this.#told.has(words)) continue;
      this.#told.add(words);
      this.#logger.warn({ home }, `${method}: home "${home}" has ${words}`);
    }
  }

  #warnOfIds(pattern: KeyPattern, method: string): void {
    const { home } = this.#home;
    if (!this.#home.ready || (typeof pattern === 'object' && 'domain' in pattern)) return;
    for (const entityId of typeof pattern === 'string' ? [pattern] : pattern) {
      if (isGlob(entityId) || this.#home.hasEntity(entityId) || this.#told.has(entityId)) continue;
      this.#told.add(entityId);
      const meant = this.#meant(entityId);
      const advice = meant === undefined ? '' : `; did you mean "${meant}"?`;
      this.#logger.warn({ entityId, home }, `${method}: home "${home}" has no entity "${entityId}"${advice}`);
    }
  }

  #wait(meant: Meant, method: string): void {
    if (this.#waiting.size === 0) {
      void this.#home.firstReady.then(() => {
        for (const named of this.#waiting.values()) this.warnOf(...named);
        this.#waiting.clear();
      });
    }
    this.#waiting.set(describeMeant(meant), [meant, method]);
  }

  #meant(entityId: string): string | undefined {
    if (this.#suggested === SUGGESTIONS) return undefined;
    this.#suggested += 1;
    return nearest(entityId, this.#home.entityIds(domainOf(entityId))) ?? nearest(entityId, this.#home.entityIds());
  }
}

import type { Attributes } from '../states/entity-state.ts';
import { domainOf } from '../states/entity-state.ts';
import type { RegistryIndex } from './registry-index.ts';
import type { Choice } from './selection.ts';

/** What selections are made from beside the registries. */
export interface SelectableStates {
  entityIds(domain?: string): Iterable<string>;
  attributesOf(entityId: string): Attributes | undefined;
}

/** Who follows a selection. */
export interface SelectionFollower {
  /** `fresh` are those that were registered just now, and not moved here. */
  readonly onJoined: (entityIds: readonly string[], fresh: ReadonlySet<string>) => void;
  readonly onLeft: (entityIds: readonly string[]) => void;
  /** All selections have been worked out anew. */
  readonly onUpdated: () => void;
}

interface LiveSelection {
  readonly choice: Choice;
  readonly follower: SelectionFollower;
  /** Written over, so that whoever follows has the present ones. */
  readonly members: Set<string>;
}

const NOBODY: ReadonlySet<string> = new Set();

/** The selections that somebody follows, and which entities each means at present. */
export class Selections {
  readonly #index: RegistryIndex;
  readonly #states: SelectableStates;
  readonly #live = new Set<LiveSelection>();
  readonly #listeners = new Set<() => void>();

  constructor(index: RegistryIndex, states: SelectableStates) {
    this.#index = index;
    this.#states = states;
  }

  /** Which entities a choice means. Registered ones are meant whether they have a state or not. */
  resolve(choice: Choice): string[] {
    if (choice.registered) return this.#index.select(choice).filter((entityId) => this.#hasClass(choice, entityId));
    const domains = choice.domain === undefined ? [undefined] : [...choice.domain];
    const found = domains.flatMap((domain) => [...this.#states.entityIds(domain)]);
    return found.filter((entityId) => this.#hasClass(choice, entityId));
  }

  /** Follows a choice. Returns its entities, which are kept up to date, and what ends it. */
  follow(
    choice: Choice,
    follower: SelectionFollower,
  ): { readonly members: ReadonlySet<string>; readonly end: () => void } {
    const selection: LiveSelection = { choice, follower, members: new Set(this.resolve(choice)) };
    this.#live.add(selection);
    return { members: selection.members, end: () => this.#live.delete(selection) };
  }

  /** Calls `listener` whenever the registries have changed. The function given back ends that. */
  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Works all out anew, and tells the differences. */
  update(fresh: ReadonlySet<string> = NOBODY): void {
    for (const selection of [...this.#live]) {
      const { choice, members, follower } = selection;
      const meant = new Set(this.resolve(choice));
      const joined = [...meant].filter((entityId) => !members.has(entityId));
      const left = [...members].filter((entityId) => !meant.has(entityId));
      for (const entityId of left) members.delete(entityId);
      for (const entityId of joined) members.add(entityId);
      if (left.length > 0) follower.onLeft(left);
      if (joined.length > 0) follower.onJoined(joined, fresh);
      follower.onUpdated();
    }
    for (const listener of [...this.#listeners]) listener();
  }

  /** A member is a member under its new id as well: nobody joins or leaves. */
  rename(from: string, to: string): void {
    for (const { members } of this.#live) if (members.delete(from)) members.add(to);
  }

  /** An entity has a state now, and with it a device class. */
  appeared(entityId: string): void {
    if (this.#live.size === 0) return;
    for (const { choice, members, follower } of [...this.#live]) {
      if (choice.deviceClass === undefined || members.has(entityId) || !this.#means(choice, entityId)) continue;
      members.add(entityId);
      follower.onJoined([entityId], NOBODY);
    }
  }

  #means(choice: Choice, entityId: string): boolean {
    if (!this.#hasClass(choice, entityId)) return false;
    if (!choice.registered) return choice.domain === undefined || choice.domain.has(domainOf(entityId));
    const entity = this.#index.entity(entityId);
    return entity !== undefined && this.#index.means(choice, entity);
  }

  #hasClass({ deviceClass }: Choice, entityId: string): boolean {
    if (deviceClass === undefined) return true;
    const own = this.#states.attributesOf(entityId)?.['device_class'];
    return typeof own === 'string' && deviceClass.has(own);
  }
}

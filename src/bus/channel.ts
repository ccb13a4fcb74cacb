import {
  firstSegment,
  globExpression,
  isGlob,
  type KeyPattern,
  partsOfPattern,
  type PatternParts,
} from './key-pattern.ts';

export type Listener<E> = (event: E) => void;

/** So many events that were published by listeners are brought round in one go. */
const EVENTS_IN_A_ROW = 100;
/** Keys on which only globs, domains or everything listen are remembered up to this number, then forgotten together. */
const REMEMBERED_KEYS = 50_000;

/**
 * Brings events to those who listen to their key, by index: whatever listens elsewhere costs nothing.
 *
 * A publish is one lookup of the key. What it finds there is the ready list of listeners, by priority (the higher the
 * earlier) and then in the order of registration, worked out anew only when a registration that concerns the key has
 * come or gone.
 *
 * All listeners see all events in the same order: what is published while an event is being brought round follows it.
 */
export class Channel<E> {
  readonly name: string;
  readonly #defer: ((work: () => void) => void) | undefined;
  readonly #slots = new Map<string, Slot<E>>();
  readonly #domains = new Map<string, Ward<E>>();
  /** Those whose first segment is open. */
  readonly #anywhere = new Ward<E>('*');
  /** Registrations that are more than a list of exact keys. */
  #wide = 0;
  #bareSlots = 0;
  /** The keys under which registrations are found whose keys were renamed. */
  readonly #moved = new Map<Registration<E>, Map<string, string>>();
  #registered = 0;
  #count = 0;
  /** An event is being brought round, or those that wait have been put off. */
  #busy = false;
  readonly #waiting: { readonly key: string; readonly event: E }[] = [];

  /**
   * @param defer - Does something in a later turn. A channel on which listeners publish needs it, so that two that
   * answer each other for ever leave the rest of the daemon room to breathe.
   */
  constructor(name: string, defer?: (work: () => void) => void) {
    this.name = name;
    this.#defer = defer;
  }

  /** How many registrations there are. */
  get count(): number {
    return this.#count;
  }

  /** Whether anybody listens to a key, so that an event that nobody hears need not be made. */
  watches(key: string): boolean {
    return this.#listenersOf(key).length > 0;
  }

  /**
   * Brings an event to all who listen to its key. One that throws does not keep the event from the rest.
   *
   * @throws whatever the first listener that failed threw, once all have been told.
   */
  publish(key: string, event: E): void {
    if (this.#busy) {
      this.#waiting.push({ key, event });
      return;
    }
    this.#busy = true;
    const failures = this.#bring(key, event);
    if (this.#waiting.length > 0) {
      this.#bringWaiting(failures);
    } else {
      this.#busy = false;
      if (failures !== undefined) throw failures[0];
    }
  }

  /**
   * Registers a listener. It does not hear the event that is being brought round, if any; once removed it hears
   * nothing more, that event included.
   *
   * @returns what removes it; removing twice does nothing.
   */
  subscribe(pattern: KeyPattern, listener: Listener<E>, priority = 0): () => void {
    this.#registered += 1;
    const registration = new Registration(listener, priority, this.#registered);
    this.#count += 1;
    // There may be a hundred thousand of this kind, so no more is kept of one than has to be.
    const parts = typeof pattern === 'string' && !isGlob(pattern) ? pattern : partsOfPattern(pattern);
    if (typeof parts === 'string') this.#enterKey(parts, registration);
    else this.#enter(parts, registration);
    return () => {
      if (!registration.active) return;
      registration.active = false;
      this.#count -= 1;
      if (typeof parts === 'string') this.#leaveKey(parts, registration);
      else this.#leave(parts, registration);
      this.#moved.delete(registration);
    };
  }

  /**
   * Lets those who listen to a key by its very name listen to another one from now on: what it stood for is called so.
   *
   * @returns how many they are.
   */
  rename(from: string, to: string): number {
    const exact = this.#slots.get(from)?.exact;
    if (exact === undefined || from === to) return 0;
    const moving = exact instanceof Registration ? [exact] : [...exact];
    for (const registration of moving) {
      this.#leaveSlot(from, registration);
      this.#enterKey(to, registration);
      this.#noteMove(registration, from, to);
    }
    return moving.length;
  }

  /** A registration is removed by the key that it was made with. */
  #noteMove(registration: Registration<E>, from: string, to: string): void {
    const moves = this.#moved.get(registration) ?? new Map<string, string>();
    this.#moved.set(registration, moves);
    let original = from;
    for (const [key, present] of moves) if (present === from) original = key;
    moves.set(original, to);
  }

  #bring(key: string, event: E): unknown[] | undefined {
    let failures: unknown[] | undefined;
    for (const registration of this.#listenersOf(key)) {
      if (!registration.active) continue;
      try {
        registration.listener(event);
      } catch (error) {
        (failures ??= []).push(error);
      }
    }
    return failures;
  }

  #bringWaiting(failed: unknown[] | undefined): void {
    let failures = failed;
    for (let brought = 0; this.#waiting.length > 0; brought += 1) {
      if (brought === EVENTS_IN_A_ROW && this.#defer !== undefined) {
        this.#defer(() => this.#bringWaiting(undefined));
        if (failures !== undefined) throw failures[0];
        return;
      }
      const next = this.#waiting.shift();
      if (next !== undefined) failures = this.#bring(next.key, next.event) ?? failures;
    }
    this.#busy = false;
    if (failures !== undefined) throw failures[0];
  }

  #listenersOf(key: string): readonly Registration<E>[] {
    const slot = this.#slots.get(key) ?? this.#rememberWide(key);
    if (slot === undefined) return NOBODY;
    if (slot.seenWard !== slot.ward.version || slot.seenAnywhere !== this.#anywhere.version) this.#workOut(slot);
    return slot.listeners;
  }

  #workOut(slot: Slot<E>): void {
    slot.seenWard = slot.ward.version;
    slot.seenAnywhere = this.#anywhere.version;
    if (this.#wide === 0 && slot.exact instanceof Registration) {
      slot.listeners = [slot.exact];
      return;
    }
    // A registration may be there by an exact key and by a glob: it hears the event once.
    const found = new Set<Registration<E>>(slot.exact instanceof Registration ? [slot.exact] : slot.exact);
    slot.ward.gather(slot.key, found);
    this.#anywhere.gather(slot.key, found);
    slot.listeners = [...found].toSorted((a, b) => b.priority - a.priority || a.order - b.order);
  }

  #rememberWide(key: string): Slot<E> | undefined {
    if (this.#wide === 0) return undefined;
    if (this.#bareSlots >= REMEMBERED_KEYS) this.#forgetBareSlots();
    this.#bareSlots += 1;
    return this.#addSlot(key);
  }

  #addSlot(key: string): Slot<E> {
    const slot = new Slot(key, this.#ward(firstSegment(key)));
    slot.ward.slots += 1;
    this.#slots.set(key, slot);
    return slot;
  }

  #dropSlot(slot: Slot<E>): void {
    this.#slots.delete(slot.key);
    slot.ward.slots -= 1;
    this.#dropIfIdle(slot.ward);
  }

  #forgetBareSlots(): void {
    for (const slot of this.#slots.values()) {
      if (slot.exact === undefined) this.#dropSlot(slot);
    }
    this.#bareSlots = 0;
  }

  #ward(domain: string): Ward<E> {
    const known = this.#domains.get(domain);
    if (known !== undefined) return known;
    const ward = new Ward<E>(domain);
    this.#domains.set(domain, ward);
    return ward;
  }

  #wardOfGlob(glob: string): Ward<E> {
    const segment = firstSegment(glob);
    return segment === '' || isGlob(segment) ? this.#anywhere : this.#ward(segment);
  }

  #dropIfIdle(ward: Ward<E>): void {
    if (ward.idle && ward !== this.#anywhere) this.#domains.delete(ward.domain);
  }

  #enterKey(key: string, registration: Registration<E>): void {
    let slot = this.#slots.get(key);
    if (slot === undefined) slot = this.#addSlot(key);
    else if (slot.exact === undefined) this.#bareSlots -= 1;
    if (slot.exact === undefined) slot.exact = registration;
    else if (slot.exact instanceof Registration) slot.exact = new Set([slot.exact, registration]);
    else slot.exact.add(registration);
    slot.seenWard = NEVER;
  }

  #leaveKey(key: string, registration: Registration<E>): void {
    this.#leaveSlot(this.#moved.size === 0 ? key : (this.#moved.get(registration)?.get(key) ?? key), registration);
  }

  #leaveSlot(key: string, registration: Registration<E>): void {
    const slot = this.#slots.get(key);
    if (slot?.exact === undefined) return;
    slot.seenWard = NEVER;
    if (slot.exact instanceof Set) slot.exact.delete(registration);
    if (slot.exact === registration || (slot.exact instanceof Set && slot.exact.size === 0)) this.#dropSlot(slot);
  }

  #enter(parts: PatternParts, registration: Registration<E>): void {
    for (const key of parts.exact) this.#enterKey(key, registration);
    for (const domain of parts.domains) this.#ward(domain).addWhole(registration);
    for (const glob of parts.globs) this.#wardOfGlob(glob).addGlob(glob, registration);
    if (parts.all) this.#anywhere.addWhole(registration);
    if (isWide(parts)) this.#wide += 1;
  }

  #leave(parts: PatternParts, registration: Registration<E>): void {
    for (const key of parts.exact) this.#leaveKey(key, registration);
    for (const domain of parts.domains) {
      const ward = this.#ward(domain);
      ward.removeWhole(registration);
      this.#dropIfIdle(ward);
    }
    for (const glob of parts.globs) {
      const ward = this.#wardOfGlob(glob);
      ward.removeGlob(glob, registration);
      this.#dropIfIdle(ward);
    }
    if (parts.all) this.#anywhere.removeWhole(registration);
    if (isWide(parts)) this.#wide -= 1;
    if (this.#wide === 0 && this.#bareSlots > 0) this.#forgetBareSlots();
  }
}

const NEVER = -1;
const NOBODY: readonly never[] = [];

class Registration<E> {
  readonly listener: Listener<E>;
  readonly priority: number;
  readonly order: number;
  active = true;

  constructor(listener: Listener<E>, priority: number, order: number) {
    this.listener = listener;
    this.priority = priority;
    this.order = order;
  }
}

/** What is known of one key. */
class Slot<E> {
  readonly key: string;
  readonly ward: Ward<E>;
  /** Those who listen to this very key. Most often it is one. */
  exact: Registration<E> | Set<Registration<E>> | undefined;
  listeners: readonly Registration<E>[] = NOBODY;
  /** The versions that `listeners` were worked out from. */
  seenWard = NEVER;
  seenAnywhere = NEVER;

  constructor(key: string, ward: Ward<E>) {
    this.key = key;
    this.ward = ward;
  }
}

/** The wide registrations of one domain. Its version counts what came and went. */
class Ward<E> {
  readonly domain: string;
  version = 0;
  /** How many slots point here. */
  slots = 0;
  readonly #whole = new Set<Registration<E>>();
  readonly #globs = new Map<string, { readonly expression: RegExp; readonly members: Set<Registration<E>> }>();

  constructor(domain: string) {
    this.domain = domain;
  }

  get idle(): boolean {
    return this.slots === 0 && this.#whole.size === 0 && this.#globs.size === 0;
  }

  addWhole(registration: Registration<E>): void {
    this.#whole.add(registration);
    this.version += 1;
  }

  removeWhole(registration: Registration<E>): void {
    this.#whole.delete(registration);
    this.version += 1;
  }

  addGlob(glob: string, registration: Registration<E>): void {
    const known = this.#globs.get(glob);
    if (known === undefined)
      this.#globs.set(glob, { expression: globExpression(glob), members: new Set([registration]) });
    else known.members.add(registration);
    this.version += 1;
  }

  removeGlob(glob: string, registration: Registration<E>): void {
    const known = this.#globs.get(glob);
    if (known === undefined) return;
    known.members.delete(registration);
    if (known.members.size === 0) this.#globs.delete(glob);
    this.version += 1;
  }

  gather(key: string, found: Set<Registration<E>>): void {
    for (const registration of this.#whole) found.add(registration);
    for (const { expression, members } of this.#globs.values()) {
      if (!expression.test(key)) continue;
      for (const registration of members) found.add(registration);
    }
  }
}

function isWide(parts: PatternParts): boolean {
  return parts.all || parts.domains.length > 0 || parts.globs.length > 0;
}

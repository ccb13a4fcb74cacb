import type { Home } from '../home.ts';
import type { StateTransition } from '../states/state-mirror.ts';
import type { Choice } from './selection.ts';

export interface SelectedEntitiesOptions {
  readonly home: Home;
  readonly choice: Choice;
  readonly priority: number;
  readonly receive: (transition: StateTransition) => void;
  /** These are meant from now on. Gives whether it has taken them as they are, so that nothing more is told of them. */
  readonly joined: (entityIds: readonly string[]) => boolean;
  /** These are meant no longer. */
  readonly left: (entityIds: readonly string[]) => void;
}

/** Of a selection whose entities are not known yet no more transitions are kept than this. */
const KEPT_TRANSITIONS = 10_000;

/**
 * Brings the transitions of the entities that a selection means, whichever they are at the time. Each is listened to by
 * its id, so that a selection costs no other entity anything.
 */
export class SelectedEntities {
  readonly #options: SelectedEntitiesOptions;
  #members: ReadonlySet<string> = new Set();
  #remove: (() => void) | undefined;
  #end: (() => void) | undefined;
  /** What came before it is known whom the selection means, and what listens for it. */
  #early: { readonly transitions: StateTransition[]; readonly remove: () => void } | undefined;

  constructor(options: SelectedEntitiesOptions) {
    this.#options = options;
  }

  get members(): Iterable<string> {
    return this.#members;
  }

  start(): void {
    const { home, choice } = this.#options;
    if (choice.registered && !home.registries.loaded) this.#listenEarly();
    const { members, end } = home.selections.follow(choice, {
      onJoined: (entityIds, fresh) => this.#takeJoined(entityIds, fresh),
      onLeft: (entityIds) => {
        this.#listen();
        this.#options.left(entityIds);
      },
      onUpdated: () => {
        if (home.registries.loaded) this.#endEarly();
      },
    });
    this.#members = members;
    this.#end = end;
    this.#listen();
  }

  stop(): void {
    this.#end?.();
    this.#remove?.();
    this.#endEarly();
  }

  #listen(): void {
    const { home, receive, priority } = this.#options;
    this.#remove?.();
    this.#remove = this.#members.size === 0 ? undefined : home.states.subscribe([...this.#members], receive, priority);
  }

  #listenEarly(): void {
    const { home, choice, priority } = this.#options;
    const transitions: StateTransition[] = [];
    const pattern = choice.domain === undefined ? '*' : { domain: [...choice.domain] };
    const keep = (transition: StateTransition): void => {
      if (transitions.length < KEPT_TRANSITIONS) transitions.push(transition);
    };
    this.#early = { transitions, remove: home.states.subscribe(pattern, keep, priority) };
  }

  #endEarly(): void {
    this.#early?.remove();
    this.#early = undefined;
  }

  #takeJoined(entityIds: readonly string[], fresh: ReadonlySet<string>): void {
    const { joined, receive, home } = this.#options;
    this.#listen();
    if (joined(entityIds)) return;
    const meant = new Set(entityIds);
    for (const transition of this.#early?.transitions ?? []) if (meant.has(transition.entityId)) receive(transition);
    for (const entityId of entityIds) {
      const to = fresh.has(entityId) ? home.mirror.get(entityId) : undefined;
      // Its state may have come before the word on where it stands.
      if (to !== undefined)
        receive({ entityId, from: null, to, lastGood: undefined, kind: 'added', resync: false, restarted: false });
    }
  }
}

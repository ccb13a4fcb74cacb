import type { Clock } from '../../kernel/clock.ts';
import type { CallOptions } from '../home-link.ts';
import { currentUser } from '../protocol/commands.ts';
import type { Command, WireEvent } from '../protocol/wire.ts';
import type { WireSession } from '../connection/wire-session.ts';
import { CallJoin, type OnAnswer } from './call-join.ts';
import { CallMemory } from './call-memory.ts';
import type { KnownCall, ProvenanceNews } from './own-call.ts';
import type { OwnCallStore } from './own-call-store.ts';

export interface CallTrailOptions {
  readonly home: string;
  readonly clock: Clock;
  /** Keeps calls over a restart of the daemon. */
  readonly store: OwnCallStore | undefined;
  readonly tell: (news: ProvenanceNews) => void;
}

/** A connection's part in provenance: what goes over it is joined with its contexts, told to all hosts, and kept. */
export class CallTrail {
  readonly #options: CallTrailOptions;
  readonly #memory = new CallMemory();
  readonly #join: CallJoin;
  #user: (ProvenanceNews & { readonly kind: 'user' }) | undefined;

  constructor(options: CallTrailOptions) {
    this.#options = options;
    this.#join = new CallJoin(options.clock, (news) => {
      if (news.kind === 'known') this.#keep(news.call);
      options.tell(news);
    });
  }

  /** Takes what an earlier daemon has kept. */
  async load(): Promise<void> {
    const { store, home, tell } = this.#options;
    const calls = (await store?.load(home)) ?? [];
    if (calls.length === 0) return;
    for (const call of calls) this.#memory.keep(call);
    tell({ kind: 'remembered', calls });
  }

  /** What somebody needs to know who was not there before. */
  past(): readonly ProvenanceNews[] {
    const calls = this.#memory.all();
    return [
      ...(this.#user === undefined ? [] : [this.#user]),
      ...(calls.length === 0 ? [] : [{ kind: 'remembered', calls } as const]),
    ];
  }

  /** On a new connection it is asked whose token it is. */
  begin(wire: WireSession): void {
    wire.ask(currentUser(), (answer) => {
      if (!answer.success || !isUser(answer.result)) return;
      const { id: userId, is_admin: isAdmin } = answer.result;
      this.#join.userId = userId;
      this.#user = { kind: 'user', userId, isAdmin };
      this.#options.tell(this.#user);
    });
  }

  sent(command: Command, options: CallOptions): OnAnswer | undefined {
    return this.#join.sent(command, options);
  }

  heard(event: WireEvent): void {
    if (event.event_type === 'call_service') this.#join.heard(event);
  }

  end(): void {
    this.#join.lost();
  }

  #keep(call: KnownCall): void {
    this.#memory.keep(call);
    this.#options.store?.keep(this.#options.home, call);
  }
}

function isUser(value: unknown): value is { readonly id: string; readonly is_admin: boolean } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'is_admin' in value &&
    typeof value.is_admin === 'boolean'
  );
}

import type { Clock } from '../../kernel/clock.ts';
import type { CallOptions } from '../home-link.ts';
import type { Command, ResultMessage, WireEvent } from '../protocol/wire.ts';
import {
  calledBy,
  calledIn,
  contextOfResult,
  type KnownCall,
  type OwnCall,
  type ProvenanceNews,
  signatureOf,
  withoutCode,
} from './own-call.ts';

/** A call that was sent and has not been answered. */
interface Pending {
  readonly id: number;
  readonly call: OwnCall;
  readonly signature: string;
  contextId: string | undefined;
}

/** Told of the answer to a call. */
export type OnAnswer = (answer: ResultMessage) => void;

/**
 * Joins the calls that go to a home with the contexts under which it carries them out.
 *
 * A home tells of every call, in the order in which it takes them up, just before the changes that it causes; the answer
 * comes after them. So a call that is told of is the first of those in flight with the same service, data and user. The
 * answer proves it, and where the two disagree it is the answer that is right: somebody else may have called the same
 * thing as the same user.
 */
export class CallJoin {
  readonly #clock: Clock;
  readonly #tell: (news: ProvenanceNews) => void;
  /** By service, in the order in which they were sent. */
  readonly #pending = new Map<string, Pending[]>();
  #userId: string | undefined;
  #lastId = 0;

  constructor(clock: Clock, tell: (news: ProvenanceNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whose token it is; calls by others are none of ours. */
  set userId(userId: string) {
    this.#userId = userId;
  }

  /** A command goes out. Gives whom to tell of its answer, where it calls a service. */
  sent(command: Command, { app, executionId }: CallOptions): OnAnswer | undefined {
    const called = calledBy(command);
    if (called === undefined || app === undefined) return undefined;
    const { service, data } = called;
    this.#lastId += 1;
    const call = { app, executionId, service, data: withoutCode(data), atMs: this.#clock.nowMs() };
    const pending: Pending = { id: this.#lastId, call, signature: signatureOf(data), contextId: undefined };
    const others = this.#pending.get(service);
    if (others === undefined) this.#pending.set(service, [pending]);
    else others.push(pending);
    this.#tell({ kind: 'sent', id: pending.id, call });
    return (answer) => this.#answered(pending, answer);
  }

  /** The home has told of a call. */
  heard(event: WireEvent): void {
    const called = calledIn(event);
    const pending = called === undefined ? undefined : this.#pending.get(called.service);
    if (called === undefined || pending === undefined) return;
    const { id, user_id: userId } = event.context;
    if (this.#userId !== undefined && userId !== this.#userId) return;
    const signature = signatureOf(called.data);
    const own = pending.find((each) => each.contextId === undefined && each.signature === signature);
    if (own !== undefined) this.#know(own, id);
  }

  /** The connection is gone: what was not answered never will be. */
  lost(): void {
    const lost = [...this.#pending.values()].flat();
    this.#pending.clear();
    for (const { id, contextId } of lost) {
      if (contextId === undefined) this.#tell({ kind: 'ended', id, mayHaveRun: true });
    }
  }

  #answered(pending: Pending, answer: ResultMessage): void {
    const { service } = pending.call;
    const others = this.#pending.get(service)?.filter((each) => each !== pending) ?? [];
    if (others.length === 0) this.#pending.delete(service);
    else this.#pending.set(service, others);
    const contextId = answer.success ? contextOfResult(answer.result)?.id : undefined;
    if (contextId === undefined) {
      if (pending.contextId === undefined) this.#tell({ kind: 'ended', id: pending.id, mayHaveRun: false });
      return;
    }
    if (pending.contextId === contextId) return;
    if (pending.contextId !== undefined) {
      this.#tell({ kind: 'mistaken', id: pending.id, contextId: pending.contextId });
    }
    this.#know(pending, contextId);
  }

  #know(pending: Pending, contextId: string): void {
    pending.contextId = contextId;
    const call: KnownCall = { ...pending.call, contextId };
    this.#tell({ kind: 'known', id: pending.id, call });
  }
}

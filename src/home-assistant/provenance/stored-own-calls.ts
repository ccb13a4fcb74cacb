import type { Timer } from '../../kernel/clock.ts';
import { Resource } from '../../kernel/resource.ts';
import { STORAGE_LIMITS } from '../../storage/storable.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Write } from '../../storage/storage-link.ts';
import { type CallData, entitiesOf, type KnownCall, targetOf } from './own-call.ts';
import type { OwnCallStore } from './own-call-store.ts';

/** What a person's code calls in quick succession is written together, and lost together with a daemon that is killed. */
const GATHER_MS = 250;
/** When it could not be written it is tried again after so long. */
const RETRY_MS = 10_000;
const KEPT_MS = 24 * 3_600_000;
/** Contexts of one home: of more than this nobody remembers any. */
const SLOTS = 10_000;
/** Calls of one home that may wait for the storage. */
const MOST_WAITING = 5000;
/** Calls written at once; each may name many entities. */
const MOST_TOGETHER = 100;
/** Of a larger call only its target is kept: pictures and texts tell nothing of who did it. */
const LARGEST_BYTES = 16 * 1024;

interface HomeCalls {
  readonly waiting: KnownCall[];
  nextSlot: number;
}

/**
 * Keeps the calls of the daemon in its storage: the last ten thousand of each home for a day, and the last of each app on
 * each entity for good. It writes in batches, off the way of the calls.
 */
export class StoredOwnCalls extends Resource implements OwnCallStore {
  readonly #storage: Storage;
  readonly #homes = new Map<string, HomeCalls>();
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #lost = 0;

  constructor(owner: Resource, storage: Storage) {
    super('own-calls', owner);
    this.#storage = storage;
  }

  async load(home: string): Promise<readonly KnownCall[]> {
    const calls = new Map<string, KnownCall>();
    let newest: { readonly slot: number; readonly atMs: number } | undefined;
    try {
      for await (const { key, value } of this.#storage.entries(namespaceOf(home), 'call/')) {
        if (!isKnownCall(value)) continue;
        calls.set(value.contextId, value);
        const slot = Number(key.slice('call/'.length));
        if (newest === undefined || value.atMs >= newest.atMs) newest = { slot, atMs: value.atMs };
      }
      const byContext = new Set(calls.keys());
      for await (const { value } of this.#storage.entries(namespaceOf(home), 'last/')) {
        if (!isKnownCall(value) || byContext.has(value.contextId)) continue;
        const before = calls.get(value.contextId);
        calls.set(value.contextId, before === undefined ? value : withEntitiesOf(before, value));
      }
    } catch (error) {
      this.logger.warn({ err: error, home }, 'what earlier calls have caused is not known: the storage fails');
    }
    this.#of(home).nextSlot = newest === undefined ? 0 : (newest.slot + 1) % SLOTS;
    return [...calls.values()].toSorted((a, b) => a.atMs - b.atMs);
  }

  keep(home: string, call: KnownCall): void {
    const { waiting } = this.#of(home);
    waiting.push(call);
    if (waiting.length > MOST_WAITING) {
      waiting.shift();
      this.#lost += 1;
    }
    this.#arm(GATHER_MS);
  }

  protected override async onStop(): Promise<void> {
    this.#timer?.cancel();
    await this.#writing;
    await this.#write();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    const waiting = [...this.#homes.values()].reduce((sum, calls) => sum + calls.waiting.length, 0);
    return { waiting, lost: this.#lost };
  }

  #arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#writing !== undefined || this.signal.aborted) return;
    this.#timer = this.clock.after(delayMs, 'writing down the calls of apps', () => {
      this.#timer = undefined;
      this.#writing = this.#write().then((isDone) => {
        this.#writing = undefined;
        if (!isDone) this.#arm(RETRY_MS);
        else if ([...this.#homes.values()].some(({ waiting }) => waiting.length > 0)) this.#arm(GATHER_MS);
      });
    });
  }

  /** Resolves to whether all could be written. What could not waits on. */
  async #write(): Promise<boolean> {
    for (const [home, calls] of this.#homes) {
      while (calls.waiting.length > 0) {
        const together = calls.waiting.splice(0, MOST_TOGETHER);
        try {
          for (const writes of batchesOf(this.#writesOf(home, calls, together))) {
            await this.#storage.commit({ checks: [], writes });
          }
        } catch {
          // The storage has told it.
          calls.waiting.unshift(...together);
          return false;
        }
      }
    }
    return true;
  }

  #writesOf(home: string, calls: HomeCalls, together: readonly KnownCall[]): readonly Write[] {
    const namespace = namespaceOf(home);
    const expiresAtMs = Math.ceil(this.clock.nowMs() + KEPT_MS);
    const writes = new Map<string, Write>();
    for (const call of together) {
      const key = `call/${String(calls.nextSlot).padStart(5, '0')}`;
      calls.nextSlot = (calls.nextSlot + 1) % SLOTS;
      const json = jsonOf(call);
      writes.set(key, { kind: 'set', namespace, key, json, expiresAtMs });
      const kept = JSON.parse(json) as KnownCall;
      for (const entityId of entitiesOf(call.data)) {
        const last = `last/${entityId} ${call.app}`;
        if (Buffer.byteLength(last) > STORAGE_LIMITS.keyBytes) continue;
        const ofEntity = { ...kept, data: { ...kept.data, entity_id: [entityId] } };
        writes.set(last, { kind: 'set', namespace, key: last, json: JSON.stringify(ofEntity) });
      }
    }
    return [...writes.values()];
  }

  #of(home: string): HomeCalls {
    let calls = this.#homes.get(home);
    if (calls === undefined) {
      calls = { waiting: [], nextSlot: 0 };
      this.#homes.set(home, calls);
    }
    return calls;
  }
}

function namespaceOf(home: string): string {
  return `own-calls/${home}`;
}

function jsonOf(call: KnownCall): string {
  const json = JSON.stringify(call);
  return json.length <= LARGEST_BYTES ? json : JSON.stringify({ ...call, data: targetOf(call.data) });
}

function batchesOf(writes: readonly Write[]): readonly (readonly Write[])[] {
  const { keys } = STORAGE_LIMITS;
  // Of a few hundred bytes each as a rule; as large as can be, 100 of them are still no commit that is too large.
  const size = Math.min(keys, Math.floor(STORAGE_LIMITS.commitBytes / (4 * LARGEST_BYTES)));
  return Array.from({ length: Math.ceil(writes.length / size) }, (_, at) => writes.slice(at * size, (at + 1) * size));
}

/** The last call on two entities was one: it is told as one. */
function withEntitiesOf(call: KnownCall, other: KnownCall): KnownCall {
  const entities: CallData = { entity_id: [...entitiesOf(call.data), ...entitiesOf(other.data)] };
  return { ...call, data: { ...call.data, ...entities } };
}

function isKnownCall(value: unknown): value is KnownCall {
  return (
    typeof value === 'object' &&
    value !== null &&
    'contextId' in value &&
    typeof value.contextId === 'string' &&
    'atMs' in value &&
    typeof value.atMs === 'number' &&
    'data' in value &&
    typeof value.data === 'object' &&
    value.data !== null
  );
}

import type { Resource } from '../../kernel/resource.ts';
import { STORAGE_LIMITS } from '../../storage/storable.ts';
import type { Storage } from '../../storage/storage.ts';
import { WriteBehind } from '../../storage/write-behind.ts';
import { type CallData, entitiesOf, type KnownCall, targetOf } from './own-call.ts';
import type { OwnCallStore } from './own-call-store.ts';

/** What a person's code calls in quick succession is written together, and lost together with a daemon that is killed. */
const GATHER_MS = 250;
const KEPT_MS = 24 * 3_600_000;
/** Contexts of one home: of more than this nobody remembers any. */
const SLOTS = 10_000;
/** Of a larger call only its target is kept: pictures and texts tell nothing of who did it. */
const LARGEST_BYTES = 16 * 1024;

/**
 * Keeps the calls of the daemon in its storage: the last ten thousand of each home for a day, and the last of each app on
 * each entity for good. So many are the most that wait, too, while the storage fails.
 */
export class StoredOwnCalls extends WriteBehind implements OwnCallStore {
  readonly #storage: Storage;
  readonly #nextSlots = new Map<string, number>();

  constructor(owner: Resource, storage: Storage) {
    super(owner, { name: 'own-calls', storage, what: 'the calls of apps', gatherMs: GATHER_MS });
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
    this.#nextSlots.set(home, newest === undefined ? 0 : (newest.slot + 1) % SLOTS);
    return [...calls.values()].toSorted((a, b) => a.atMs - b.atMs);
  }

  keep(home: string, call: KnownCall): void {
    const namespace = namespaceOf(home);
    const slot = this.#nextSlots.get(home) ?? 0;
    this.#nextSlots.set(home, (slot + 1) % SLOTS);
    const json = jsonOf(call);
    const key = `call/${String(slot).padStart(5, '0')}`;
    const expiresAtMs = Math.ceil(this.clock.nowMs() + KEPT_MS);
    this.put({ kind: 'set', namespace, key, json, expiresAtMs });
    const kept = JSON.parse(json) as KnownCall;
    for (const entityId of entitiesOf(call.data)) {
      const last = `last/${entityId} ${call.app}`;
      if (Buffer.byteLength(last) > STORAGE_LIMITS.keyBytes) continue;
      const ofEntity = { ...kept, data: { ...kept.data, entity_id: [entityId] } };
      this.put({ kind: 'set', namespace, key: last, json: JSON.stringify(ofEntity) });
    }
  }
}

function namespaceOf(home: string): string {
  return `own-calls/${home}`;
}

function jsonOf(call: KnownCall): string {
  const json = JSON.stringify(call);
  return json.length <= LARGEST_BYTES ? json : JSON.stringify({ ...call, data: targetOf(call.data) });
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

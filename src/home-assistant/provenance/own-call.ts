import type { Command, WireContext, WireEvent } from '../protocol/wire.ts';

/** A call of a service that an app of this daemon made. Plain data: it is told to other threads, and kept. */
export interface OwnCall {
  readonly app: string;
  readonly executionId?: string | undefined;
  /** Domain and name: `light.turn_on`. */
  readonly service: string;
  /** What it was called with, the target in it and codes left out. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Wall time when it was sent. */
  readonly atMs: number;
}

/** One whose context at the home is known. */
export interface KnownCall extends OwnCall {
  readonly contextId: string;
}

/** What a connection tells of the calls that go over it, so that changes can be traced to them. */
export type ProvenanceNews =
  /** What was called before the sink was there, by an earlier daemon too. */
  | { readonly kind: 'remembered'; readonly calls: readonly KnownCall[] }
  /** Whose token it is. Who is no administrator is not told of calls by others. */
  | { readonly kind: 'user'; readonly userId: string; readonly isAdmin: boolean }
  | { readonly kind: 'sent'; readonly id: number; readonly call: OwnCall }
  /** The home carries it out under this context: told before the changes that it causes, where the home tells of calls. */
  | { readonly kind: 'known'; readonly id: number; readonly call: KnownCall }
  /** A context that was taken for that of a call belongs to another, after all. */
  | { readonly kind: 'mistaken'; readonly id: number; readonly contextId: string }
  /** There will be no context. `mayHaveRun`: the connection went before it was known. */
  | { readonly kind: 'ended'; readonly id: number; readonly mayHaveRun: boolean };

const TARGET_KEYS = ['entity_id', 'device_id', 'area_id', 'floor_id', 'label_id'];

/** A command's service and data as Home Assistant tells them of a call; undefined where it calls none. */
export function calledBy(command: Command): { readonly service: string; readonly data: CallData } | undefined {
  const { type, domain, service, service_data: data, target } = command;
  if (type !== 'call_service' || typeof domain !== 'string' || typeof service !== 'string') return undefined;
  return { service: `${domain}.${service}`.toLowerCase(), data: callData({ ...record(data), ...record(target) }) };
}

/** The same of a `call_service` event. */
export function calledIn({ data }: WireEvent): { readonly service: string; readonly data: CallData } | undefined {
  const { domain, service, service_data: given } = data;
  if (typeof domain !== 'string' || typeof service !== 'string') return undefined;
  return { service: `${domain}.${service}`, data: callData(record(given)) };
}

export type CallData = Readonly<Record<string, unknown>>;

/** Data with the ids of its target as lists, as Home Assistant makes them, however they were written. */
function callData(data: CallData): CallData {
  if (!TARGET_KEYS.some((key) => typeof data[key] === 'string')) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, isTargetText(key, value) ? idsIn(value) : value]),
  );
}

/** The same text for the same call, whatever the order in which its data was written. */
export function signatureOf(data: CallData): string {
  return JSON.stringify(Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The entities that a call names one by one. */
export function entitiesOf(data: CallData): readonly string[] {
  const { entity_id: ids } = data;
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string' && id.includes('.')) : [];
}

/** What of a call's data says whom it is about. */
export function targetOf(data: CallData): CallData {
  return Object.fromEntries(Object.entries(data).filter(([key]) => TARGET_KEYS.includes(key)));
}

/** Domains whose services may do anything to any entity. */
const GENERAL = new Set(['homeassistant', 'script', 'scene', 'automation', 'group', 'python_script']);

/** Whether a call may have been about an entity, as far as its target says. */
export function mayConcern(call: OwnCall, entityId: string): boolean {
  const [domain = ''] = call.service.split('.', 1);
  if (GENERAL.has(domain)) return true;
  const entities = entitiesOf(call.data);
  if (entities.includes(entityId)) return true;
  const isWide = TARGET_KEYS.some((key) => key !== 'entity_id' && Object.hasOwn(call.data, key));
  return (isWide || entities.length === 0) && entityId.startsWith(`${domain}.`);
}

/** What may be kept of a call's data: the codes of locks and alarms are secrets. */
export function withoutCode(data: CallData): CallData {
  if (!Object.hasOwn(data, 'code')) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'code'));
}

/** The context in the answer to a call. */
export function contextOfResult(result: unknown): WireContext | undefined {
  const context = record(record(result)['context']);
  const { id, parent_id: parentId = null, user_id: userId = null } = context;
  if (typeof id !== 'string') return undefined;
  return {
    id,
    parent_id: typeof parentId === 'string' ? parentId : null,
    user_id: typeof userId === 'string' ? userId : null,
  };
}

function isTargetText(key: string, value: unknown): value is string {
  return typeof value === 'string' && TARGET_KEYS.includes(key);
}

function idsIn(text: string): readonly string[] {
  return text.split(',').map((id) => id.trim().toLowerCase());
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

import { isObject, type JsonObject } from './json.ts';
import { domainOf } from './state-record.ts';

interface Pattern {
  readonly domains: ReadonlySet<string>;
  readonly entities: ReadonlySet<string>;
  readonly globs: readonly RegExp[];
}

/** Which entities a subscription is about; undefined is all of them, which an empty list means too. */
export function entityFilter({
  entity_ids: ids,
  include,
  exclude,
}: JsonObject): ((entityId: string) => boolean) | undefined {
  const named = Array.isArray(ids) && ids.length > 0 ? new Set(ids) : undefined;
  const matches = patternFilter(patternOf(include), patternOf(exclude));
  if (named === undefined) return matches;
  return (entityId) => named.has(entityId) && (matches === undefined || matches(entityId));
}

/** Named entities count for most, then globs, then domains; the order is Home Assistant's. */
function patternFilter(
  included: Pattern | undefined,
  excluded: Pattern | undefined,
): ((entityId: string) => boolean) | undefined {
  if (included === undefined && excluded === undefined) return undefined;
  if (excluded === undefined)
    return (entityId) => included?.entities.has(entityId) === true || byKind(included, entityId);
  if (included === undefined) return (entityId) => !excluded.entities.has(entityId) && !byKind(excluded, entityId);
  const kinds = (pattern: Pattern): boolean => pattern.domains.size + pattern.globs.length > 0;
  return (entityId) => {
    if (included.entities.has(entityId)) return true;
    if (excluded.entities.has(entityId)) return false;
    if (kinds(included))
      return byGlob(included, entityId) || (included.domains.has(domainOf(entityId)) && !byGlob(excluded, entityId));
    return kinds(excluded) && !byKind(excluded, entityId);
  };
}

function patternOf(value: unknown): Pattern | undefined {
  if (!isObject(value)) return undefined;
  const pattern = {
    domains: new Set(textsOf(value.domains)),
    entities: new Set(textsOf(value.entities)),
    globs: textsOf(value.entity_globs).map(globOf),
  };
  return pattern.domains.size + pattern.entities.size + pattern.globs.length === 0 ? undefined : pattern;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function globOf(glob: string): RegExp {
  const escaped = glob.replace(/[\\^$+.()|[\]{}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function byKind(pattern: Pattern | undefined, entityId: string): boolean {
  return pattern !== undefined && (pattern.domains.has(domainOf(entityId)) || byGlob(pattern, entityId));
}

function byGlob(pattern: Pattern, entityId: string): boolean {
  return pattern.globs.some((glob) => glob.test(entityId));
}

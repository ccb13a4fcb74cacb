import { nearest } from '../../kernel/nearest.ts';
import {
  type CallNotSent,
  InvalidTarget,
  MissingField,
  ResponseMismatch,
  UnknownEntity,
  UnknownField,
  UnknownService,
  WrongDomain,
} from './call-errors.ts';
import { NOT_REQUIRED, SUBSTITUTES, UNDESCRIBED } from '../domains/corrections.ts';
import { domainOf } from '../states/entity-state.ts';
import type { KnownService } from './known-service.ts';
import { isEntityId, namedEntities, TARGET_KEYS, type TargetSelection } from './target.ts';

/** A call as it would be sent. */
export interface CallToCheck {
  /** In lower case, as in `light.turn_on`. */
  readonly service: string;
  readonly target: TargetSelection | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly returnResponse: boolean;
}

/** What is known of the home. */
export interface HomeKnowledge {
  readonly home: string;
  /** Undefined where there is none, `undescribed` where only its name is known. */
  service(id: string): KnownService | 'undescribed' | undefined;
  serviceIds(): Iterable<string>;
  hasEntity(entityId: string): boolean;
  entityIds(domain?: string): Iterable<string>;
  /** The areas, floors, labels and devices of a target that it does not have, in words. */
  missingPlaces(target: TargetSelection): readonly string[];
}

export type Verdict =
  | { readonly kind: 'fine' }
  /** The home may take it or not: it is sent, and the doubts are told. */
  | { readonly kind: 'doubtful'; readonly doubts: readonly string[] }
  | { readonly kind: 'refused'; readonly error: CallNotSent };

const FINE: Verdict = { kind: 'fine' };

/**
 * Holds a call against what the home says of its services and entities.
 *
 * It refuses only what Home Assistant itself would refuse or what would do nothing, since Home Assistant carries out
 * calls that its descriptions know nothing of: descriptions are written for forms. Held against 2026.11's own services.
 */
export function checkCall(call: CallToCheck, home: HomeKnowledge): Verdict {
  const service = home.service(call.service);
  if (service === 'undescribed') return FINE;
  if (service === undefined) return refused(unknownService(call.service, home));
  // Home Assistant does nothing for them, and the rest of the target is as it is.
  const missing = call.target === undefined ? [] : home.missingPlaces(call.target);
  const doubts = missing.map((words) => `Home "${home.home}" has ${words}, in a call of ${call.service}`);
  const error =
    responseError(call, service) ??
    targetError(call, service) ??
    entityError(call, service, home, doubts) ??
    fieldError(call, service, doubts) ??
    missingError(call, service, doubts);
  if (error !== undefined) return refused(error);
  return doubts.length === 0 ? FINE : { kind: 'doubtful', doubts };
}

/**
 * Domains whose services are a person's own scripts. They take whatever they are given, and a field that their
 * description requires may be left out.
 */
const OPEN_DOMAINS: ReadonlySet<string> = new Set(['script', 'python_script', 'shell_command', 'rest_command']);

/** Home Assistant puts the target among the fields, where it may be given as well. These two belong to it. */
const TARGETING_FIELDS: ReadonlySet<string> = new Set([...TARGET_KEYS, 'exclude', 'metadata']);

function refused(error: CallNotSent): Verdict {
  return { kind: 'refused', error };
}

function unknownService(id: string, home: HomeKnowledge): CallNotSent {
  const domain = domainOf(id);
  const ids = [...home.serviceIds()];
  const siblings = ids.filter((other) => domainOf(other) === domain);
  const meant = nearest(id, siblings) ?? nearest(id, ids);
  const hint =
    meant !== undefined
      ? `Did you mean "${meant}"?`
      : siblings.length > 0
        ? `There is ${shortList(siblings)}.`
        : `No integration of "${home.home}" has services of the domain "${domain}". Is it set up?`;
  return new UnknownService(`No service "${id}" in home "${home.home}"`, { hint });
}

function responseError({ returnResponse }: CallToCheck, service: KnownService): CallNotSent | undefined {
  if (returnResponse && service.response === 'none') {
    return new ResponseMismatch(`${service.id} gives no response`, { hint: 'Leave out `returnResponse`.' });
  }
  if (!returnResponse && service.response === 'always') {
    return new ResponseMismatch(`${service.id} does nothing but give a response, and none was asked for`, {
      hint: 'Add `returnResponse: true`.',
    });
  }
  return undefined;
}

/** A target that Home Assistant would not take, whatever there is in the home. */
function targetError({ target, data }: CallToCheck, service: KnownService): CallNotSent | undefined {
  for (const key of Object.keys(target ?? {})) {
    if (TARGET_KEYS.some((known) => known === key)) continue;
    const hint = `A target has ${shortList(TARGET_KEYS)}.`;
    return new InvalidTarget(`"${key}" is not a part of a target, in a call of ${service.id}`, { hint });
  }
  if (service.actsOnOwnEntities && TARGET_KEYS.every((key) => target?.[key] === undefined && data[key] === undefined)) {
    return new InvalidTarget(`${service.id} needs a target`, {
      hint: `Say what it is for: \`target: '${service.domain}.…'\` or \`target: { area_id: '…' }\`.`,
    });
  }
  if (target?.entity_id !== undefined) {
    for (const entityId of namedEntities(target.entity_id)) {
      if (isEntityId(entityId)) continue;
      const hint = entityId.includes('{')
        ? 'Templates are not rendered in a call: ask for the text first, with `this.api.renderTemplate`.'
        : 'An entity id is a domain and a name, as in "light.kitchen"; `target: { area_id: … }` takes an area.';
      return new InvalidTarget(`"${entityId}" is not an entity id, in a call of ${service.id}`, { hint });
    }
  }
  return undefined;
}

function entityError(
  { target, data }: CallToCheck,
  service: KnownService,
  home: HomeKnowledge,
  doubts: string[],
): CallNotSent | undefined {
  const named = [...namedEntities(target?.entity_id), ...(service.takesTarget ? namedEntities(data['entity_id']) : [])];
  if (named.length === 0) return undefined;
  const elsewhere = TARGET_KEYS.some((key) => key !== 'entity_id' && (target?.[key] ?? data[key]) !== undefined);
  const errors = named.map((entityId) => entityErrorOf(entityId, service, home));
  const first = errors.find((error) => error !== undefined);
  if (first === undefined) return undefined;
  // Where Home Assistant has something else to act on it does so, and it is not for us to keep the light on.
  if (service.takesTarget && !elsewhere && !errors.includes(undefined)) return first;
  for (const error of errors) if (error !== undefined) doubts.push(withHint(error));
  return undefined;
}

function entityErrorOf(entityId: string, service: KnownService, home: HomeKnowledge): CallNotSent | undefined {
  if (!home.hasEntity(entityId)) {
    return new UnknownEntity(`No entity "${entityId}" in home "${home.home}", in a call of ${service.id}`, {
      hint: nearestEntity(entityId, home),
    });
  }
  const domain = domainOf(entityId);
  // A group stands for its members, of whatever domain.
  if (!service.actsOnOwnEntities || domain === service.domain || domain === 'group') return undefined;
  const sibling = `${domain}.${service.id.slice(service.domain.length + 1)}`;
  return new WrongDomain(`${service.id} does nothing to "${entityId}"`, {
    hint:
      home.service(sibling) === undefined
        ? `It is for entities of the domain "${service.domain}".`
        : `Did you mean "${sibling}"? "homeassistant.turn_on" and its kin take entities of all domains.`,
  });
}

/** The entity that was probably meant: of the same domain, else of another one. */
export function nearestEntity(entityId: string, home: Pick<HomeKnowledge, 'entityIds'>): string | undefined {
  const meant = nearest(entityId, home.entityIds(domainOf(entityId))) ?? nearest(entityId, home.entityIds());
  return meant === undefined ? undefined : `Did you mean "${meant}"?`;
}

function fieldError({ data }: CallToCheck, service: KnownService, doubts: string[]): CallNotSent | undefined {
  for (const name of Object.keys(data)) {
    if (data[name] === undefined || service.fields.has(name) || TARGETING_FIELDS.has(name)) continue;
    if (Object.hasOwn(UNDESCRIBED, `${service.id}.${name}`)) continue;
    const message = `\`${name}\` is not a field of ${service.id}`;
    const meant = nearest(name, service.fields.keys());
    const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
    // Home Assistant has fields that it does not describe; the nearer the name the surer it is a slip.
    if (nearest(name, service.fields.keys(), slipLimit(name)) === undefined || OPEN_DOMAINS.has(service.domain)) {
      doubts.push(`${message} as far as it is described${hint === undefined ? '' : `. ${hint}`}`);
    } else {
      return new UnknownField(message, { hint });
    }
  }
  return undefined;
}

function missingError({ target, data }: CallToCheck, service: KnownService, doubts: string[]): CallNotSent | undefined {
  for (const [name, field] of service.fields) {
    if (field.required !== true || field.default !== undefined || data[name] !== undefined) continue;
    const path = `${service.id}.${name}`;
    if (NOT_REQUIRED.has(path)) continue;
    if (isTargetKey(name) && target?.[name] !== undefined) continue;
    const substitutes = SUBSTITUTES[path] ?? [];
    if (
      substitutes.some((other) => data[other] !== undefined || (isTargetKey(other) && target?.[other] !== undefined))
    ) {
      continue;
    }
    const message = `${service.id} needs \`${name}\``;
    if (OPEN_DOMAINS.has(service.domain)) doubts.push(`${message}, says its description`);
    else return new MissingField(message, { hint: exampleOf(name, field.example) });
  }
  return undefined;
}

function isTargetKey(name: string): name is keyof TargetSelection {
  return TARGET_KEYS.some((key) => key === name);
}

/** How many edits away a known name may be for the given one to be a slip beyond doubt. */
function slipLimit(name: string): number {
  return Math.min(2, Math.max(1, Math.floor(name.length / 4)));
}

function exampleOf(name: string, example: unknown): string | undefined {
  return example === undefined ? undefined : `For example \`data: { ${name}: ${JSON.stringify(example)} }\`.`;
}

function withHint(error: CallNotSent): string {
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}

function shortList(words: readonly string[]): string {
  const shown = words.slice(0, 8).map((word) => `"${word}"`);
  const more = words.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

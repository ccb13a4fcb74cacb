import { knownService, type KnownService } from '../calls/known-service.ts';
import type { ServiceField } from '../protocol/wire.ts';
import { FIELD_TYPES, NOT_REQUIRED, RESPONSES, SUBSTITUTES, UNDESCRIBED } from './corrections.ts';
import type { HomeDescriptions } from './home-descriptions.ts';
import { type FieldType, keyOf, quoted, selectorType } from './selector-type.ts';

/** What is written of services. */
export interface ServiceSource {
  /** The members of `interface Services`: one a service, in the order of their names. */
  readonly members: readonly string[];
  /** Types that the members name: long choices that several fields share. */
  readonly aliases: readonly string[];
}

/** The types of what a home describes, as TypeScript text. */
export function serviceSource(
  { services }: Pick<HomeDescriptions, 'services'>,
  fixed: ReadonlySet<string>,
): ServiceSource {
  const known = Object.entries(services).flatMap(([domain, described]) =>
    Object.entries(described).map(([name, description]) => knownService(`${domain}.${name}`, description)),
  );
  const shared = sharedChoices(known);
  const members = known.map((service) => `${quoted(service.id)}: ${typeOf(service, fixed)};`);
  return {
    members: members.map((member) =>
      [...shared].reduce((text, [choice, name]) => text.replaceAll(`: ${choice};`, () => `: ${name};`), member),
    ),
    aliases: [...shared].map(([choice, name]) => `type ${name} = ${choice};`),
  };
}

/** Choices that are long and stand in more than one place, each with the name of its field. */
function sharedChoices(services: readonly KnownService[]): ReadonlyMap<string, string> {
  const found = new Map<string, string[]>();
  for (const [name, { selector }] of services.flatMap(({ fields }) => [...fields])) {
    const { type } = selectorType(selector);
    if (selector?.['select'] === undefined || type.length < LONG_CHOICE || !/^[a-z][a-z_]*$/.test(name)) continue;
    found.set(type, [...(found.get(type) ?? []), name]);
  }
  const names = new Set<string>();
  return new Map(
    [...found].flatMap(([choice, [field = '', ...others]]) => {
      const name = `${field.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Choice`;
      // A name can stand for one choice only; the rest are written out.
      if (others.length === 0 || names.has(name)) return [];
      names.add(name);
      return [[choice, name] as const];
    }),
  );
}

const LONG_CHOICE = 200;

function typeOf(service: KnownService, fixed: ReadonlySet<string>): string {
  const fields = fieldsOf(service, fixed);
  const parts = [
    shapeOf(fields.filter(({ required }) => required)),
    shapeOf(fields.filter(({ required }) => !required)),
    responseOf(service),
  ];
  while (parts.length > 0 && parts.at(-1) === EMPTY[parts.length - 1]) parts.pop();
  const kind = `${kindOf(service)}Service`;
  return parts.length === 0 ? kind : `${kind}<${parts.join(', ')}>`;
}

const EMPTY: readonly string[] = ['NoFields', 'NoFields', 'never'];

/** One that acts on entities of its own domain needs a target; others may take one, or name what they are for. */
function kindOf(service: KnownService): 'Entity' | 'Plain' | 'Targeted' {
  if (service.actsOnOwnEntities) return 'Entity';
  const substitutes = [...service.fields.keys()].flatMap((name) => SUBSTITUTES[`${service.id}.${name}`] ?? []);
  const mayHaveTarget = service.takesTarget || service.fields.has('entity_id') || substitutes.includes('entity_id');
  return mayHaveTarget ? 'Targeted' : 'Plain';
}

interface Field extends FieldType {
  readonly name: string;
  readonly required: boolean;
}

function fieldsOf(service: KnownService, fixed: ReadonlySet<string>): readonly Field[] {
  const described = [...service.fields].map(([name, field]) => fieldOf(service, name, field, fixed));
  const prefix = `${service.id}.`;
  const others = Object.entries(UNDESCRIBED).filter(([path]) => path.startsWith(prefix));
  return [
    ...described,
    ...others
      .map(([path, type]) => ({ name: path.slice(prefix.length), type, required: false }))
      .filter(({ name }) => !service.fields.has(name)),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function fieldOf(service: KnownService, name: string, field: ServiceField, fixed: ReadonlySet<string>): Field {
  const path = `${service.id}.${name}`;
  const required = field.required === true && !NOT_REQUIRED.has(path) && SUBSTITUTES[path] === undefined;
  const corrected = FIELD_TYPES[path];
  if (corrected !== undefined) return { name, required, type: corrected };
  if (service.actsOnOwnEntities && fixed.has(service.domain) && choosesState(field)) {
    return { name, required, type: `DomainState<${quoted(service.domain)}>` };
  }
  return { name, required, ...selectorType(field.selector) };
}

/** A state selector without an attribute is about the state of the service's own target. */
function choosesState({ selector }: ServiceField): boolean {
  const options = selector?.['state'];
  return typeof options === 'object' && options !== null && !('attribute' in options) && !('entity_id' in options);
}

function shapeOf(fields: readonly Field[]): string {
  if (fields.length === 0) return 'NoFields';
  const members = fields.map(({ name, type, remark }) => {
    const comment = remark === undefined ? '' : `/** ${remark.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */\n`;
    return `${comment}${keyOf(name)}: ${type};`;
  });
  // A line break after the brace keeps one field a line.
  return `{${fields.some(({ remark }) => remark !== undefined) ? '\n' : ' '}${members.join('\n')} }`;
}

function responseOf({ id, response }: KnownService): string {
  if (response === 'none') return 'never';
  const type = RESPONSES[id] ?? 'AnyObject';
  return response === 'always' ? type : `MayRespond<${type}>`;
}

import type { HomeDescriptions } from './home-descriptions.ts';
import { keyOf, quoted } from './selector-type.ts';
import { serviceSource } from './service-source.ts';
import { domainModels, stateMembers } from './state-source.ts';

/** The files of this folder that are made of a home's descriptions, by name. They are yet to be laid out. */
export function generatedFiles(descriptions: HomeDescriptions): Readonly<Record<string, string>> {
  const models = domainModels(descriptions);
  const fixed = new Set(models.filter((model) => model.fixed).map(({ domain }) => domain));
  const services = serviceSource(descriptions, fixed);
  const states = stateMembers(models);
  const origin = `// Made by \`npm run domains\` of what a Home Assistant ${descriptions.version} says of itself. Not to be changed by hand.`;
  return {
    'services.ts': `${origin}
import type { DomainState } from '../states/domain-states.ts';
${importOf('service-shapes.ts', services.members, services.aliases)}
${services.aliases.join('\n\n')}

/**
 * The services that are known by type, as Home Assistant ${descriptions.version} describes them. Others can be called all
 * the same. Merge your own into it to have them typed as well.
 *
 * @example
 * \`\`\`ts
 * import type { PlainService } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface Services {
 *     'notify.mobile_app_anna': PlainService<{ message: string }, { title: string }>;
 *   }
 * }
 * \`\`\`
 */
export interface Services {
${services.members.join('\n')}
}
`,
    'domain-states.ts': `${origin}
import type { StateMeaning } from './state-meaning.ts';
${importOf('state-shapes.ts', states)}
/**
 * The states of those domains that are known by type. Merge your own into it to have them typed as well.
 *
 * @example
 * \`\`\`ts
 * import type { FixedStates } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface DomainStates {
 *     litter_box: FixedStates<'clean' | 'used' | 'full'>;
 *   }
 * }
 * \`\`\`
 */
export interface DomainStates {
${states.join('\n')}
}

/** What the states of domains stand for; those of others are told by their attributes. */
export const STATE_MEANINGS: Readonly<Record<string, StateMeaning>> = {
${models.map(({ domain, meaning }) => `${keyOf(domain)}: ${quoted(meaning)},`).join('\n')}
};

/** Device classes of sensors whose states are numbers. */
export const NUMERIC_DEVICE_CLASSES: ReadonlySet<string> = new Set([
${descriptions.numericDeviceClasses.map((name) => `${quoted(name)},`).join('\n')}
]);
`,
  };
}

/** Imports what is named in the members, but for what the file has itself. */
function importOf(file: string, members: readonly string[], aliases: readonly string[] = []): string {
  const names = members
    .join('\n')
    .replaceAll(/'(?:[^'\\]|\\.)*'|\/\*\*.*?\*\//g, '')
    .match(/\b[A-Z][A-Za-z]+\b/g);
  const own = new Set(['DomainState', ...aliases.map((alias) => alias.split(' ')[1])]);
  const used = new Set(names?.filter((name) => !own.has(name)));
  return `import type { ${[...used].toSorted().join(', ')} } from './${file}';\n`;
}

import { MEANINGS, OPEN_DOMAINS, WORDS_OF_OLD } from './corrections.ts';
import type { HomeDescriptions, StateLook } from './home-descriptions.ts';
import { keyOf, quoted } from './selector-type.ts';
import type { StateMeaning } from './state-meaning.ts';

/** What is known of the states of a domain. */
export interface DomainModel {
  readonly domain: string;
  readonly meaning: StateMeaning;
  /** The states that there are, where they have names. */
  readonly words: readonly string[];
  /** Whether there are no others. */
  readonly fixed: boolean;
}

/** What a home's descriptions say of the states of each domain, in the order of their names. */
export function domainModels({ words, seen }: Pick<HomeDescriptions, 'seen' | 'words'>): readonly DomainModel[] {
  const domains = new Set([...Object.keys(words), ...Object.keys(seen), ...Object.keys(MEANINGS)]);
  return [...domains].toSorted().map((domain) => {
    const meaning = MEANINGS[domain];
    if (meaning !== undefined) return { domain, meaning, words: [], fixed: false };
    const old = WORDS_OF_OLD[domain] ?? [];
    const present = (words[domain] ?? []).filter((word) => !old.includes(word));
    if (present.length === 0) return { domain, meaning: meaningOf(seen[domain] ?? []), words: [], fixed: false };
    return { domain, meaning: 'text', words: present, fixed: !OPEN_DOMAINS.has(domain) };
  });
}

/** What states mean that look so. */
function meaningOf(looks: readonly StateLook[]): StateMeaning {
  if (looks.every((look) => look === 'date' || look === 'time' || look === 'date-time') && looks.length > 1) {
    return 'date-or-time';
  }
  const [only, ...others] = looks;
  if (only === undefined || others.length > 0 || only === 'date-time') return 'text';
  return only;
}

const SHAPES: Readonly<Record<StateMeaning, string>> = {
  'by-class': 'AnyStates',
  date: 'DateStates',
  'date-or-time': 'DateOrTimeStates',
  moment: 'MomentStates',
  number: 'NumberStates',
  text: 'TextStates',
  time: 'TimeStates',
};

/** The members of `interface DomainStates`, as TypeScript text. */
export function stateMembers(models: readonly DomainModel[]): string[] {
  return models.map(({ domain, meaning, words, fixed }) => {
    const union = words.map(quoted).join(' | ');
    const shape = words.length === 0 ? SHAPES[meaning] : `${fixed ? 'FixedStates' : 'SuggestedStates'}<${union}>`;
    return `${keyOf(domain)}: ${shape};`;
  });
}

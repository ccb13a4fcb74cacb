/**
 * Which keys of a channel are meant. Keys are made of segments with dots between them (`light.kitchen`,
 * `garage.opened`).
 *
 * A text is an exact key, or a glob if it holds `*` (any run of characters, dots too) or `?` (any one character).
 */
export type KeyPattern = string | readonly string[] | DomainPattern;

/** Every key of several segments whose first one is the domain, or one of the domains. */
export interface DomainPattern {
  readonly domain: string | readonly string[];
}

/** A pattern taken apart into what a channel has an index for. */
export interface PatternParts {
  readonly exact: readonly string[];
  readonly domains: readonly string[];
  readonly globs: readonly string[];
  /** Every key there is. */
  readonly all: boolean;
}

/** Whether a text is a glob. */
export function isGlob(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

/** The first segment of a key, or of a glob, that has several; otherwise an empty text. */
export function firstSegment(key: string): string {
  const dot = key.indexOf('.');
  return dot < 0 ? '' : key.slice(0, dot);
}

/** Takes a pattern apart. Globs that say no more than a domain does, or nothing at all, become just that. */
export function partsOfPattern(pattern: KeyPattern): PatternParts {
  const exact = new Set<string>();
  const domains = new Set<string>();
  const globs = new Set<string>();
  let all = false;
  for (const text of textsOf(pattern)) {
    if (!isGlob(text)) exact.add(text);
    else if (text === '*' || text === '*.*') all = true;
    else if (isWholeDomain(text)) domains.add(firstSegment(text));
    else globs.add(text);
  }
  return { exact: [...exact], domains: [...domains], globs: [...globs], all };
}

/** Makes a pattern into a function that says whether it means a key. */
export function patternTest(pattern: KeyPattern): (key: string) => boolean {
  const { exact, domains, globs, all } = partsOfPattern(pattern);
  if (all) return () => true;
  const keys = new Set(exact);
  const segments = new Set(domains);
  const expressions = globs.map(globExpression);
  return (key) =>
    keys.has(key) || segments.has(firstSegment(key)) || expressions.some((expression) => expression.test(key));
}

/** The regular expression that a glob stands for. */
export function globExpression(glob: string): RegExp {
  const source = glob
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RegExp.escape(part)))
    .join('');
  return new RegExp(`^${source}$`, 's');
}

/** A pattern in the words in which it was given. */
export function describePattern(pattern: KeyPattern): string {
  const texts = textsOf(pattern);
  return texts.length > 3 ? `${texts.slice(0, 3).join(', ')} and ${texts.length - 3} more` : texts.join(', ');
}

function textsOf(pattern: KeyPattern): readonly string[] {
  if (typeof pattern === 'string') return [pattern];
  if (!isDomainPattern(pattern)) return pattern;
  const { domain } = pattern;
  return typeof domain === 'string' ? [`${domain}.*`] : domain.map((one) => `${one}.*`);
}

function isDomainPattern(pattern: readonly string[] | DomainPattern): pattern is DomainPattern {
  return !Array.isArray(pattern);
}

function isWholeDomain(glob: string): boolean {
  return glob.endsWith('.*') && !isGlob(glob.slice(0, -2)) && !glob.slice(0, -2).includes('.');
}

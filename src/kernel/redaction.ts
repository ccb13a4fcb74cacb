/** What stands in a log line in place of a secret. */
export const HIDDEN = '[hidden]';

/** Shorter ones would be found in the middle of innocent words. */
const SHORTEST_SECRET = 4;

/** Keys whose value is never shown, whatever stands before the word: `access_token`, `webhookSecret`. */
const SECRET_WORD =
  'token|password|passwd|passphrase|secret|api[_-]?key|authorization|cookie|credentials?|private[_-]?key';
const SECRET_KEY = new RegExp(`(?:${SECRET_WORD})$|^(?:\\w+_)?pin(?:_?code)?$`, 'i');

/**
 * Secrets inside of text. Prose such as "invalid token: try again" stays whole: a bare word is hidden after `=` only,
 * after a colon just what is quoted (JSON, an inspected object).
 */
const IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, HIDDEN],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\b([a-z][a-z\d+.-]{0,20}:\/\/[^\s/:@"']*):[^\s/@"']+@/gi, `$1:${HIDDEN}@`],
  [new RegExp(`((?:${SECRET_WORD})=)[^\\s&,;"'<>)\\]}]+`, 'gi'), `$1${HIDDEN}`],
  [
    new RegExp(`((?:${SECRET_WORD})(\\\\*["']?)\\s*[:=]\\s*)(\\\\*)"(?:(?!\\3")(?:[^"\\\\]|\\\\.))*\\3"`, 'gi'),
    `$1$3"${HIDDEN}$3"`,
  ],
  [new RegExp(`((?:${SECRET_WORD})["']?\\s*[:=]\\s*)'(?:[^'\\\\]|\\\\.)*'`, 'gi'), `$1'${HIDDEN}'`],
];

/** A cheap first look at a whole line: nothing in a line without one of these has to be hidden by its form. */
const SUSPICIOUS = new RegExp(
  `${SECRET_WORD}|"(?:\\w+_)?pin(?:_?code)?"|\\beyJ|\\bbearer\\s|\\bbasic\\s|://[^\\s/"]*@`,
  'i',
);

/**
 * Takes secrets out of log lines: values under keys that name a secret, what has the form of one, and every registered
 * value wherever it stands.
 */
export class Redaction {
  /** As they may stand in text, the longest first, so that no rest of a longer one is left. */
  #secrets: readonly string[] = [];

  /** Registers a value that is never to be shown. Of less than four characters it is not looked for. */
  hide(secret: string): void {
    if (secret.length < SHORTEST_SECRET) return;
    const asInUrl = encodeURIComponent(secret.toWellFormed());
    const forms = new Set([...this.#secrets, secret, asInUrl, JSON.stringify(secret).slice(1, -1)]);
    this.#secrets = [...forms].toSorted((left, right) => right.length - left.length);
  }

  /** A line of JSON, or any text, without its secrets. */
  line(line: string): string {
    if (!SUSPICIOUS.test(line) && !this.#hasSecret(line)) return line;
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch {
      // Not one of our lines: a library's own, or cut off. As text it is still made safe.
      return this.text(line);
    }
    return `${JSON.stringify(this.#value(record))}\n`;
  }

  /** A text without its secrets. */
  text(text: string): string {
    let safe = text;
    for (const secret of this.#secrets) safe = safe.replaceAll(secret, HIDDEN);
    for (const [pattern, replacement] of IN_TEXT) safe = safe.replace(pattern, replacement);
    return safe;
  }

  #hasSecret(line: string): boolean {
    // Inside of a line the forms with quotes or backslashes are escaped once more.
    return this.#secrets.some((secret) => line.includes(secret) || line.includes(JSON.stringify(secret).slice(1, -1)));
  }

  #value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#value(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, inner]) => [this.text(key), isSecret(key, inner) ? HIDDEN : this.#value(inner)]),
    );
  }
}

/** Whether there is a token, and that it is empty, may be seen; both help whoever looks for a mistake. */
function isSecret(key: string, value: unknown): boolean {
  return SECRET_KEY.test(key) && value !== '' && value !== null && typeof value !== 'boolean';
}

/** A template that cannot be read. Texts are those of Home Assistant's template engine where it would refuse it too. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
}

/** Part of a template: text, something to put in, a condition, or a name that is given a value. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly value: Expression }
  | { readonly kind: 'set'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'set-member'; readonly of: string; readonly name: string; readonly value: Expression }
  | { readonly kind: 'if'; readonly branches: readonly Branch[] }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly items: Expression;
      readonly body: readonly Node[];
      /** Where there was no item. */
      readonly otherwise: readonly Node[];
    };

/** Without a condition it is what is left. */
export interface Branch {
  readonly condition: Expression | undefined;
  readonly body: readonly Node[];
}

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null; readonly isFloat?: boolean }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'call'; readonly callee: Expression; readonly given: readonly Expression[]; readonly named: Named }
  | { readonly kind: 'filter'; readonly name: string; readonly given: readonly Expression[]; readonly named: Named }
  | { readonly kind: 'test'; readonly name: string; readonly of: Expression; readonly given: readonly Expression[] }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly chosen: Expression;
      readonly otherwise: Expression | undefined;
    };

export type Named = Readonly<Record<string, Expression>>;

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_]\w*)|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<sign>\/\/|\*\*|==|!=|<=|>=|[-+*/%~<>=|.,:()[\]{}]))/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const NONE: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** @throws TemplateSyntaxError */
export function parseTemplate(template: string): readonly Node[] {
  return new TemplateReader(template).whole();
}

/** Reads a value as Python would write it; throws where it is none. */
export function parseExpression(text: string): Expression {
  const reader = new ExpressionReader(text, 0, undefined);
  return reader.only();
}

/** Text, and what stands in it between braces. */
class TemplateReader {
  readonly #template: string;
  #at = 0;

  constructor(template: string) {
    this.#template = template;
  }

  whole(): readonly Node[] {
    const { body, end } = this.#until([]);
    if (end !== undefined) throw new TemplateSyntaxError(`Encountered unknown tag '${end}'.`);
    return body;
  }

  /** Reads up to one of the tags, which is left where its expression begins. */
  #until(tags: readonly string[]): { readonly body: readonly Node[]; readonly end: string | undefined } {
    const body: Node[] = [];
    while (this.#at < this.#template.length) {
      const next = this.#template.slice(this.#at).search(/\{[{%#]/);
      const from = next === -1 ? this.#template.length : this.#at + next;
      const text = this.#textUpTo(from);
      if (text !== '') body.push({ kind: 'text', text });
      this.#at = from + 2;
      const opening = this.#template.slice(from, from + 2);
      if (this.#template.charAt(this.#at) === '-') this.#at += 1;
      if (opening === '{#') this.#skipComment();
      else if (opening === '{{') body.push({ kind: 'output', value: this.#expression('}}') });
      else if (opening === '{%') {
        const tag = this.#word();
        if (tags.includes(tag)) return { body, end: tag };
        body.push(this.#statement(tag));
      }
    }
    if (tags.length > 0) throw new TemplateSyntaxError('Unexpected end of template.');
    return { body, end: undefined };
  }

  /** Without the white space that a dash on either side takes away. */
  #textUpTo(from: number): string {
    const text = this.#template.slice(this.#at, from);
    const begun = /-[%}#]\}$/.test(this.#template.slice(0, this.#at)) ? text.trimStart() : text;
    return this.#template.charAt(from + 2) === '-' ? begun.trimEnd() : begun;
  }

  #statement(tag: string): Node {
    if (tag === 'if') return this.#condition();
    if (tag === 'for') return this.#loop();
    if (tag !== 'set') throw new TemplateSyntaxError(`The simulated home does not know the tag '${tag}'.`);
    const name = this.#word();
    const member = /^\s*\.\s*([A-Za-z_]\w*)\s*=(?!=)/.exec(this.#template.slice(this.#at));
    if (member !== null) {
      this.#at += member[0].length;
      return { kind: 'set-member', of: name, name: member[1] ?? '', value: this.#expression('%}') };
    }
    const sign = /^\s*=/.exec(this.#template.slice(this.#at));
    if (sign === null) throw new TemplateSyntaxError("expected token '='");
    this.#at += sign[0].length;
    return { kind: 'set', name, value: this.#expression('%}') };
  }

  #condition(): Node {
    const branches: Branch[] = [];
    let condition: Expression | undefined = this.#expression('%}');
    for (;;) {
      const { body, end } = this.#until(condition === undefined ? ['endif'] : ['elif', 'else', 'endif']);
      branches.push({ condition, body });
      condition = end === 'elif' ? this.#expression('%}') : undefined;
      if (end !== 'elif') this.#close();
      if (end === 'endif') return { kind: 'if', branches };
    }
  }

  #loop(): Node {
    const names = [this.#word()];
    for (;;) {
      const comma = /^\s*,/.exec(this.#template.slice(this.#at));
      if (comma === null) break;
      this.#at += comma[0].length;
      names.push(this.#word());
    }
    if (this.#word() !== 'in') throw new TemplateSyntaxError("expected token 'in'");
    const items = this.#expression('%}');
    const { body, end } = this.#until(['else', 'endfor']);
    this.#close();
    const otherwise = end === 'else' ? this.#until(['endfor']).body : [];
    if (end === 'else') this.#close();
    return { kind: 'for', names, items, body, otherwise };
  }

  #expression(closing: '}}' | '%}'): Expression {
    const reader = new ExpressionReader(this.#template, this.#at, closing);
    const expression = reader.only();
    this.#at = reader.at;
    return expression;
  }

  #word(): string {
    const found = /^-?\s*([A-Za-z_]\w*)/.exec(this.#template.slice(this.#at));
    if (found === null) throw new TemplateSyntaxError('Expected a tag name');
    this.#at += found[0].length;
    return found[1] ?? '';
  }

  #close(): void {
    const found = /^\s*-?%\}/.exec(this.#template.slice(this.#at));
    if (found === null) throw new TemplateSyntaxError("expected token 'end of statement block'");
    this.#at += found[0].length;
  }

  #skipComment(): void {
    const end = this.#template.indexOf('#}', this.#at);
    if (end === -1) throw new TemplateSyntaxError('Missing end of comment tag');
    this.#at = end + 2;
  }
}

const COMPARING = new Set(['==', '!=', '<', '>', '<=', '>=']);

/** One expression, up to what closes it. */
class ExpressionReader {
  readonly #text: string;
  readonly #closing: string | undefined;
  readonly #open: string[] = [];
  #token: Token;
  /** Behind what was read. */
  at: number;

  constructor(text: string, at: number, closing: string | undefined) {
    this.#text = text;
    this.#closing = closing;
    this.at = at;
    this.#token = this.#read();
  }

  only(): Expression {
    const expression = this.#choice();
    if (this.#token.kind !== 'end') throw new TemplateSyntaxError(`unexpected '${this.#token.text}'`);
    return expression;
  }

  #choice(): Expression {
    const chosen = this.#or();
    if (!this.#skip('if')) return chosen;
    const condition = this.#or();
    return { kind: 'choice', condition, chosen, otherwise: this.#skip('else') ? this.#choice() : undefined };
  }

  #or(): Expression {
    return this.#chain(['or'], () => this.#chain(['and'], () => this.#not()));
  }

  #not(): Expression {
    return this.#skip('not') ? { kind: 'unary', operator: 'not', of: this.#not() } : this.#comparison();
  }

  #comparison(): Expression {
    let left = this.#sum();
    for (;;) {
      const { text, kind } = this.#token;
      if (kind === 'sign' && COMPARING.has(text)) {
        this.#next();
        left = { kind: 'binary', operator: text, left, right: this.#sum() };
      } else if (text === 'in' && kind === 'name') {
        this.#next();
        left = { kind: 'binary', operator: 'in', left, right: this.#sum() };
      } else if (text === 'not' && kind === 'name') {
        this.#next();
        this.#expect('in');
        const within: Expression = { kind: 'binary', operator: 'in', left, right: this.#sum() };
        left = { kind: 'unary', operator: 'not', of: within };
      } else {
        return left;
      }
    }
  }

  #sum(): Expression {
    return this.#chain(['+', '-', '~'], () => this.#chain(['*', '/', '//', '%'], () => this.#unary()));
  }

  #unary(): Expression {
    const { text } = this.#token;
    if (this.#skip('-') || this.#skip('+')) return { kind: 'unary', operator: text, of: this.#unary() };
    const base = this.#postfix(this.#primary());
    return this.#skip('**') ? { kind: 'binary', operator: '**', left: base, right: this.#unary() } : base;
  }

  #postfix(begun: Expression): Expression {
    let expression = begun;
    for (;;) {
      if (this.#skip('.')) {
        const key = this.#next();
        expression = { kind: 'member', of: expression, key: { kind: 'literal', value: key.text } };
      } else if (this.#skip('[')) {
        const key = this.#choice();
        this.#expect(']');
        expression = { kind: 'member', of: expression, key };
      } else if (this.#skip('(')) {
        expression = { kind: 'call', callee: expression, ...this.#arguments() };
      } else if (this.#skip('|')) {
        const { text: name } = this.#next();
        const { given, named } = this.#skip('(') ? this.#arguments() : { given: [], named: {} };
        expression = { kind: 'filter', name, given: [expression, ...given], named };
      } else if (this.#token.kind === 'name' && this.#token.text === 'is') {
        this.#next();
        const isNot = this.#skip('not');
        const { text: name } = this.#next();
        const given = this.#skip('(') ? this.#arguments().given : [];
        const test: Expression = { kind: 'test', name, of: expression, given };
        expression = isNot ? { kind: 'unary', operator: 'not', of: test } : test;
      } else {
        return expression;
      }
    }
  }

  #primary(): Expression {
    const token = this.#next();
    if (token.kind === 'number') {
      return { kind: 'literal', value: Number(token.text), isFloat: /[.eE]/.test(token.text) };
    }
    if (token.kind === 'string') return { kind: 'literal', value: unquoted(token.text) };
    if (token.kind === 'name') {
      const known = Object.hasOwn(NONE, token.text) ? NONE[token.text] : undefined;
      return known === undefined ? { kind: 'name', name: token.text } : { kind: 'literal', value: known };
    }
    if (token.text === '(') {
      const inner = this.#choice();
      if (this.#skip(')')) return inner;
      // Several in brackets are a list that nobody changes.
      this.#expect(',');
      return { kind: 'list', items: [inner, ...this.#items(')', () => this.#choice())] };
    }
    if (token.text === '[') return { kind: 'list', items: this.#items(']', () => this.#choice()) };
    if (token.text === '{') {
      const entry = (): readonly [Expression, Expression] => {
        const key = this.#choice();
        this.#expect(':');
        return [key, this.#choice()];
      };
      return { kind: 'dict', entries: this.#items('}', entry) };
    }
    throw new TemplateSyntaxError(
      token.kind === 'end' ? "Expected an expression, got 'end of print statement'" : `unexpected '${token.text}'`,
    );
  }

  #arguments(): { readonly given: readonly Expression[]; readonly named: Named } {
    const given: Expression[] = [];
    const named: Record<string, Expression> = {};
    this.#items(')', () => {
      const expression = this.#choice();
      if (expression.kind === 'name' && this.#skip('=')) named[expression.name] = this.#choice();
      else given.push(expression);
    });
    return { given, named };
  }

  #items<T>(closing: string, read: () => T): readonly T[] {
    const items: T[] = [];
    while (!this.#skip(closing)) {
      if (items.length > 0) this.#expect(',');
      if (this.#skip(closing)) break;
      items.push(read());
    }
    return items;
  }

  #chain(operators: readonly string[], read: () => Expression): Expression {
    let left = read();
    while (this.#token.kind !== 'string' && operators.includes(this.#token.text)) {
      const { text: operator } = this.#next();
      left = { kind: 'binary', operator, left, right: read() };
    }
    return left;
  }

  #skip(text: string): boolean {
    if (this.#token.kind === 'string' || this.#token.text !== text) return false;
    this.#next();
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw new TemplateSyntaxError(`expected token '${text}', got '${this.#token.text}'`);
  }

  #next(): Token {
    const token = this.#token;
    this.#token = this.#read();
    return token;
  }

  #read(): Token {
    const rest = this.#text.slice(this.at);
    const end =
      this.#closing === undefined
        ? /^\s*$/
        : new RegExp(`^\\s*-?${this.#closing.replace('}}', '\\}\\}').replace('%}', '%\\}')}`);
    const closed = this.#open.length === 0 ? end.exec(rest) : null;
    if (closed !== null) {
      this.at += closed[0].length;
      return { kind: 'end', text: 'end of template' };
    }
    TOKEN.lastIndex = this.at;
    const found = TOKEN.exec(this.#text);
    if (found?.groups === undefined) {
      const [char = 'end of template'] = rest.trimStart();
      throw new TemplateSyntaxError(rest.trim() === '' ? "unexpected 'end of template'" : `unexpected char '${char}'`);
    }
    this.at = TOKEN.lastIndex;
    const { name, number, string, sign = '' } = found.groups;
    if (name !== undefined) return { kind: 'name', text: name };
    if (number !== undefined) return { kind: 'number', text: number };
    if (string !== undefined) return { kind: 'string', text: string };
    this.#balance(sign);
    return { kind: 'sign', text: sign };
  }

  #balance(sign: string): void {
    const closing = CLOSING[sign];
    if (closing !== undefined) this.#open.push(closing);
    else if (sign === ')' || sign === ']' || sign === '}') {
      const expected = this.#open.pop();
      if (expected !== sign) {
        const wanted = expected === undefined ? '' : `, expected '${expected}'`;
        throw new TemplateSyntaxError(`unexpected '${sign}'${wanted}`);
      }
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
}

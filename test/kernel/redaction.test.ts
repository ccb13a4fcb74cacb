import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HIDDEN, Redaction } from '../../src/kernel/redaction.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhYmMifQ.c2lnbmF0dXJlLW9mLWl0';

function redactRecord(record: unknown, ...secrets: string[]): unknown {
  const redaction = new Redaction();
  for (const secret of secrets) redaction.hide(secret);
  return JSON.parse(redaction.line(`${JSON.stringify(record)}\n`));
}

describe('Redaction', () => {
  it('leaves a line without secrets exactly as it is', () => {
    const line = '{"level":"info","msg":"light.kitchen is on"}\n';
    expect(new Redaction().line(line)).toBe(line);
  });

  it.each([
    'token',
    'access_token',
    'accessToken',
    'refresh_token',
    'password',
    'PASSWORD',
    'client_secret',
    'apiKey',
    'api-key',
    'authorization',
    'cookie',
    'pin',
    'alarm_pin',
    'pin_code',
  ])('hides what stands under the key %s, however deep', (key) => {
    const record = { msg: 'a', home: { list: [{ [key]: 'abc"d\\' }], [key]: 1234 } };
    expect(redactRecord(record)).toEqual({ msg: 'a', home: { list: [{ [key]: HIDDEN }], [key]: HIDDEN } });
  });

  it('shows that a secret is missing, empty, or there', () => {
    const record = { token: '', password: null, hasSecret: true };
    expect(redactRecord(record)).toEqual(record);
  });

  it('hides a whole object under such a key', () => {
    expect(redactRecord({ credentials: { user: 'me', word: 'you' } })).toEqual({ credentials: HIDDEN });
  });

  it('shows keys that only sound like it', () => {
    const record = { tokens_used: 3, spinning: 'fast', secretary: 'Anna' };
    expect(redactRecord(record)).toEqual(record);
  });

  it.each([
    ['ws://home:8123/api?access_token=abc.def&x=1', `ws://home:8123/api?access_token=${HIDDEN}&x=1`],
    ['http://me:hunter2@home:8123/', `http://me:${HIDDEN}@home:8123/`],
    ['Authorization: Bearer abcdefgh.ijkl-mn', `Authorization: Bearer ${HIDDEN}`],
    ['sent {"type":"auth","access_token":"a\\"bc"} in vain', `sent {"type":"auth","access_token":"${HIDDEN}"} in vain`],
    ["{ access_token: 'abc', id: 1 }", `{ access_token: '${HIDDEN}', id: 1 }`],
    ["{ 'x-api-key': 'it\\'s' }", `{ 'x-api-key': '${HIDDEN}' }`],
    [`the home answered ${JWT}!`, `the home answered ${HIDDEN}!`],
    ['password="a b"', `password="${HIDDEN}"`],
  ])('hides by its form what stands in %s', (text, expected) => {
    expect(new Redaction().text(text)).toBe(expected);
    expect(redactRecord({ msg: text })).toEqual({ msg: expected });
  });

  it.each([
    'Refused token: the home does not know it',
    'No such key: token, did you mean url?',
    'basic setup of http://home:8123/path@1.2',
    'the password is wrong',
  ])('leaves prose whole: %s', (text) => {
    expect(new Redaction().text(text)).toBe(text);
  });

  it('hides a registered value wherever it stands, and as URLs and JSON write it', () => {
    const secret = 'pä"ss\\word&1';
    const record = {
      msg: `it was ${secret}`,
      err: { message: `bad ${secret}`, stack: `Error: bad ${secret}\n    at x` },
      url: `http://home/?q=${encodeURIComponent(secret)}`,
      body: JSON.stringify({ q: secret }),
      [secret]: 1,
    };
    const line = JSON.stringify(redactRecord(record, secret));
    expect(line).not.toContain('ss\\');
    expect(line).not.toContain('word&1');
    expect(line).not.toContain('word%261');
    expect(redactRecord({ msg: `it was ${secret}` }, secret)).toEqual({ msg: `it was ${HIDDEN}` });
  });

  it('leaves no rest of a longer secret that begins with another', () => {
    expect(redactRecord({ msg: 'is abcdefgh' }, 'abcd', 'abcdefgh')).toEqual({ msg: `is ${HIDDEN}` });
  });

  it('does not look for values too short to tell apart', () => {
    expect(redactRecord({ msg: 'on and on' }, 'on', '')).toEqual({ msg: 'on and on' });
  });

  it('takes a value that is no well-formed text', () => {
    expect(redactRecord({ msg: 'is abc\uD800def' }, 'abc\uD800def')).toEqual({ msg: `is ${HIDDEN}` });
  });

  it('takes no longer than the text is long', () => {
    const redaction = new Redaction();
    const long = ['a-'.repeat(100_000), '"token":'.repeat(20_000), 'eyJ'.repeat(50_000), '\\'.repeat(100_000)].join(
      ' token ',
    );
    const line = redaction.text(long);
    expect(line.length).toBeGreaterThan(400_000);
  });

  it('makes even safe what is no JSON', () => {
    const redaction = new Redaction();
    redaction.hide('hunter2');
    expect(redaction.line('{"msg": "cut off: hunter2')).toBe(`{"msg": "cut off: ${HIDDEN}`);
  });

  it('lets no registered value through, and keeps every line JSON, whatever is logged', () => {
    const secrets = fc.string({
      minLength: 6,
      maxLength: 12,
      unit: fc.constantFrom('a', 'B', '"', '\\', '/', '%', ' ', 'é', '\n', '$&'),
    });
    fc.assert(
      fc.property(secrets, fc.jsonValue(), fc.string(), (secret, value, text) => {
        const redaction = new Redaction();
        redaction.hide(secret);
        const record = {
          msg: `${text}${secret}${text}`,
          value,
          nested: [JSON.stringify({ inner: secret })],
          [secret]: secret,
        };
        const safe: unknown = JSON.parse(redaction.line(JSON.stringify(record)));
        for (const shown of strings(safe)) expect(shown).not.toContain(secret);
      }),
    );
  });
});

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...strings(inner)]);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDifferences } from '../../../src/home-assistant/protocol/difference-frame.ts';
import type { CompressedDifference } from '../../../src/home-assistant/protocol/wire.ts';

const CONTEXT = '01M7Z3Z2B47F14RXN3RWTCTRYV';

function eventOf(id: number, entityId: string, difference: CompressedDifference): string {
  return JSON.stringify({ type: 'event', event: { c: { [entityId]: difference } }, id });
}

type WireMessage = { id: number; event: { c: Record<string, CompressedDifference> } };
type WireFrame = WireMessage | WireMessage[];

/** What `JSON.parse` reads where the other way of reading does read something. */
function parsed(text: string): unknown {
  const frame: WireFrame = JSON.parse(text);
  return Array.isArray(frame) ? frame.map(asDifference) : asDifference(frame);
}

function asDifference(message: WireMessage): unknown {
  const [[entityId, difference] = []] = Object.entries(message.event.c);
  return { type: 'difference', id: message.id, entityId, difference };
}

describe('readDifferences', () => {
  it.each<[string, CompressedDifference]>([
    ['a new state', { '+': { s: '21.5', lc: 1795266938.6265497, c: CONTEXT } }],
    ['an empty state', { '+': { s: '', lc: 1795266938, c: CONTEXT } }],
    ['a state in another script', { '+': { s: 'дома 家 🏠', lc: 1795266938.6265497, c: CONTEXT } }],
    ['a state reported anew', { '+': { lc: 1795266938.6265497, c: CONTEXT } }],
    ['attributes alone', { '+': { lu: 1795266938.6265497, c: CONTEXT, a: { brightness: 3 } } }],
    ['both', { '+': { s: 'on', lc: 1795266938.5, c: CONTEXT, a: { xy_color: [0.3, 0.4], effect: null } } }],
    ['attributes that look like the end', { '+': { s: 'on', lc: 1.5, c: CONTEXT, a: { x: { y: '}}}},"id":4}' } } } }],
  ])('reads %s', (_what, difference) => {
    const text = eventOf(18, 'sensor.outside', difference);
    expect(readDifferences(text) ?? parsed(text)).toEqual(parsed(text));
    expect(readDifferences(`[${text},${text}]`) ?? parsed(`[${text},${text}]`)).toEqual([parsed(text), parsed(text)]);
  });

  it('reads the usual ones by itself', () => {
    const text = eventOf(2, 'sensor.a', { '+': { s: '1', lc: 1795266938.5, c: CONTEXT } });
    const withAttributes = eventOf(2, 'light.b', { '+': { s: 'on', lc: 5.25, c: CONTEXT, a: { brightness: 7 } } });
    expect(readDifferences(text)).toEqual(parsed(text));
    expect(readDifferences(`[${text},${withAttributes},${text}]`)).toHaveLength(3);
  });

  it.each([
    ['an answer', '{"id":1,"type":"result","success":true,"result":null}'],
    ['entities that are new', '{"type":"event","event":{"a":{}},"id":1}'],
    ['attributes that go', eventOf(1, 'light.a', { '+': { lu: 5, c: CONTEXT }, '-': { a: ['effect'] } })],
    ['a context with a user', eventOf(1, 'light.a', { '+': { s: 'on', lc: 5, c: { id: CONTEXT, user_id: 'u' } } })],
    ['an escaped character', eventOf(1, 'sensor.a', { '+': { s: 'a "quoted" word', lc: 5, c: CONTEXT } })],
    [
      'two entities',
      '{"type":"event","event":{"c":{"a.a":{"+":{"lu":5,"c":"x"}},"a.b":{"+":{"lu":5,"c":"x"}}}},"id":1}',
    ],
    ['a frame that is cut', eventOf(1, 'sensor.a', { '+': { s: '1', lc: 5, c: CONTEXT } }).slice(0, -1)],
    ['something behind it', `${eventOf(1, 'sensor.a', { '+': { s: '1', lc: 5, c: CONTEXT } })}x`],
    ['an array that is not closed', `[${eventOf(1, 'sensor.a', { '+': { s: '1', lc: 5, c: CONTEXT } })}`],
    ['an array with something else', `[${eventOf(1, 'a.a', { '+': { lu: 5, c: CONTEXT } })},{"id":3,"type":"pong"}]`],
    ['an empty array', '[]'],
    ['nothing', ''],
  ])('leaves %s to JSON.parse', (_what, text) => {
    expect(readDifferences(text)).toBeUndefined();
  });

  it('never reads anything that JSON.parse would read otherwise, or not at all', () => {
    const difference = fc.record(
      {
        s: fc.string({ unit: 'binary', maxLength: 6 }),
        lc: fc.double({ min: 1, max: 2e9, noNaN: true }),
        c: fc.constant(CONTEXT),
        a: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
      },
      { requiredKeys: ['lc', 'c'] },
    );
    const messages = fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.string({ minLength: 1 }), difference), {
      minLength: 1,
      maxLength: 3,
    });
    const damage = fc.option(fc.tuple(fc.nat(), fc.string({ unit: fc.constantFrom('"', '}', '{', '\\', '\n', '1') })));
    fc.assert(
      fc.property(messages, fc.boolean(), damage, (all, alone, damaged) => {
        const texts = all.map(([id, entityId, plus]) => eventOf(id, entityId, { '+': plus }));
        let text = alone ? (texts[0] ?? '') : `[${texts.join(',')}]`;
        if (damaged !== null) {
          const at = damaged[0] % text.length;
          text = text.slice(0, at) + damaged[1] + text.slice(at + 1);
        }
        const read = readDifferences(text);
        if (read !== undefined) expect(read).toEqual(parsed(text));
      }),
      { numRuns: 2000 },
    );
  });
});

import type { CompressedDifference } from './wire.ts';

/** What became of one entity, told on its own. */
export interface DifferenceMessage {
  readonly type: 'difference';
  readonly id: number;
  readonly entityId: string;
  readonly difference: CompressedDifference;
}

/**
 * One event of `subscribe_entities` that changes one entity and takes nothing from it, in the order and without the
 * spaces in which Home Assistant writes it: entity, state, time, context, attributes, subscription.
 */
const ONE_DIFFERENCE =
  /\{"type":"event","event":\{"c":\{"([ !#-[\]-\uffff]+)":\{"\+":\{(?:"s":"([ !#-[\]-\uffff]*)",)?"(lc|lu)":([1-9]\d*(?:\.\d+)?),"c":"([ !#-[\]-\uffff]+)"(?:,"a":(\{.*?\}))?\}\}\}\},"id":([1-9]\d*)\}/y;

/**
 * Reads a frame that holds nothing but such events: nearly everything that a home says. Undefined where it holds
 * anything else, which is for `JSON.parse` to read.
 *
 * It exists for its speed. `JSON.parse` makes an object with the entity's id as its only key, so it looks up, and with
 * some thousand entities makes and forgets, a hidden class for every frame; that takes two thirds of the time that a
 * change costs from the socket to its handler.
 */
export function readDifferences(text: string): DifferenceMessage | readonly DifferenceMessage[] | undefined {
  if (!text.startsWith('[')) {
    const message = readAt(text, 0);
    return message !== undefined && ONE_DIFFERENCE.lastIndex === text.length ? message : undefined;
  }
  const messages: DifferenceMessage[] = [];
  let at = 1;
  while (true) {
    const message = readAt(text, at);
    if (message === undefined) return undefined;
    messages.push(message);
    at = ONE_DIFFERENCE.lastIndex;
    const next = text[at];
    if (next === ']') return at === text.length - 1 ? messages : undefined;
    if (next !== ',') return undefined;
    at += 1;
  }
}

function readAt(text: string, at: number): DifferenceMessage | undefined {
  ONE_DIFFERENCE.lastIndex = at;
  const found = ONE_DIFFERENCE.exec(text);
  if (found === null) return undefined;
  const [, entityId = '', state, time, seconds, contextId = '', attributes, id] = found;
  const plus: Plus = { c: ownText(contextId) };
  if (state !== undefined) plus.s = ownText(state);
  if (time === 'lc') plus.lc = Number(seconds);
  else plus.lu = Number(seconds);
  if (attributes !== undefined) {
    try {
      plus.a = JSON.parse(attributes);
    } catch {
      // It was not the end of the attributes that looked like it.
      return undefined;
    }
  }
  return { type: 'difference', id: Number(id), entityId, difference: { '+': plus } };
}

type Plus = {
  -readonly [Key in keyof NonNullable<CompressedDifference['+']>]: NonNullable<CompressedDifference['+']>[Key];
};

/** A text of its own: a part of another keeps all of that, which would be a whole frame for each state that is kept. */
function ownText(part: string): string {
  return ` ${part}`.slice(1);
}

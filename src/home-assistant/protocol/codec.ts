import { type DifferenceMessage, readDifferences } from './difference-frame.ts';
import { jsonText } from './json-text.ts';
import type { Command, HomeMessage } from './wire.ts';

/** A message as it was read: a difference of one entity has a form of its own. */
export type ReadMessage = HomeMessage | DifferenceMessage;

/** What a frame could not be read as. */
export class FrameUnreadable extends Error {}

/**
 * Reads a text frame: one message, or an array of those that the home had queued in one go.
 *
 * Only the envelope is looked at. What is inside is taken for what Home Assistant says it is, since a check of each
 * attribute of each state would cost more than all the rest.
 *
 * @throws FrameUnreadable where it is neither.
 */
export function decodeFrame(text: string): ReadMessage | readonly ReadMessage[] {
  const differences = readDifferences(text);
  if (differences !== undefined) return differences;
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (error) {
    throw new FrameUnreadable(`no JSON: ${excerpt(text)}`, { cause: error });
  }
  if (isMessage(frame)) return frame;
  if (Array.isArray(frame) && frame.every(isMessage)) return frame;
  throw new FrameUnreadable(`no message: ${excerpt(text)}`);
}

/**
 * Writes a command under the id that its answer will carry, whatever else it holds.
 *
 * @throws InvalidArgument where it holds what JSON cannot say.
 */
export function encodeCommand(id: number, command: Command): string {
  return jsonText({ id, ...command, ...('id' in command ? { id } : undefined) }, command.type);
}

function isMessage(value: unknown): value is HomeMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function excerpt(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}… (${text.length} characters)`;
}

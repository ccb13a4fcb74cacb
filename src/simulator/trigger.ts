import type { WireContext } from '../home-assistant/protocol/wire.ts';
import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import type { JsonObject } from './json.ts';

/** Told when a trigger fires: the variable `trigger`, and what set it off. */
export type TriggerListener = (variables: JsonObject, context: WireContext | null) => void;

/** A trigger that was understood: begins to watch, and gives what ends it. */
export type Trigger = (home: HomeCore, fire: TriggerListener) => () => void;

export function missing(key: string): Refusal {
  return new Refusal('invalid_format', `required key not provided at '${key}'`);
}

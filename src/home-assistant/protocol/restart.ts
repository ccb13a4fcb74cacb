import type { CompressedState } from './wire.ts';

/**
 * Whether Home Assistant itself was restarted while we were away, going by what it knows now: a restart writes every
 * state anew, and `last_updated` with it, while a mere gap in the network leaves most as they were.
 *
 * @param lastHeardMs - when the home was last heard of before, on its own clock.
 */
export function wroteEverythingSince(
  entities: Readonly<Record<string, CompressedState>>,
  lastHeardMs: number,
): boolean {
  let any = false;
  for (const entityId in entities) {
    const state = entities[entityId];
    if (state === undefined) continue;
    if ((state.lu ?? state.lc) * 1000 <= lastHeardMs) return false;
    any = true;
  }
  return any;
}

import type { SimulatedHome } from '../simulated-home.ts';
import type { Room } from './demo-entities.ts';

/** Hallway and kitchen are left to automations; the bedroom stays dark. */
const roomsLitByHand: readonly Room[] = ['living_room', 'bathroom', 'study'];

/**
 * In some rooms people use the switch on the wall: on when they come in the dark, off when they go. Nobody calls a
 * service for it: the lamp's own integration tells of the change.
 */
export class WallSwitches {
  readonly #home: SimulatedHome;
  readonly #lit = new Set<Room>();

  constructor(home: SimulatedHome) {
    this.#home = home;
  }

  /** What an app has done to a light in between stays as it is. */
  step(isDark: boolean, isOccupied: (room: Room) => boolean): void {
    for (const room of roomsLitByHand) {
      const isWanted = isDark && isOccupied(room);
      if (isWanted === this.#lit.has(room)) continue;
      if (isWanted) this.#lit.add(room);
      else this.#lit.delete(room);
      const shown = isWanted ? { brightness: 180, color_mode: 'brightness' } : { brightness: null, color_mode: null };
      this.#home.setState(`light.${room}`, isWanted ? 'on' : 'off', shown);
    }
  }
}

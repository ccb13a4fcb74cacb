/** The thermostat waits until the room is so much too cold, and heats until it is so much too warm. */
const HYSTERESIS_DEGREES = 0.2;
/** What a step of the heating adds. */
const HEATING_DEGREES = 0.006;
/** What part of the difference to the weather goes through the walls in a step, and through an open window. */
const WALL_LEAK = 0.0001;
const WINDOW_LEAK = 0.003;

export interface RoomConditions {
  readonly outdoorDegrees: number;
  /** Undefined while the thermostat is off. */
  readonly targetDegrees: number | undefined;
  readonly windowOpen: boolean;
}

/** A room in which heating works against the weather, and an open window against the heating. */
export class HeatedRoom {
  #degrees: number;
  #heating = false;

  constructor(degrees: number) {
    this.#degrees = degrees;
  }

  /** To a tenth, as a thermometer shows it. */
  get degrees(): number {
    return Math.round(this.#degrees * 10) / 10;
  }

  get heating(): boolean {
    return this.#heating;
  }

  step({ outdoorDegrees, targetDegrees, windowOpen }: RoomConditions): void {
    const leak = windowOpen ? WINDOW_LEAK : WALL_LEAK;
    this.#degrees += (outdoorDegrees - this.#degrees) * leak + (this.#heating ? HEATING_DEGREES : 0);
    if (targetDegrees === undefined || this.#degrees > targetDegrees + HYSTERESIS_DEGREES) this.#heating = false;
    else if (this.#degrees < targetDegrees - HYSTERESIS_DEGREES) this.#heating = true;
  }
}

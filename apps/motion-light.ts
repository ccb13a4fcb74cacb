import { App, duration, entityId, z } from 'hassette';

const Config = z.object({
  /** One motion sensor, or several that watch the same room. */
  motion: z.union([entityId('binary_sensor'), z.array(entityId('binary_sensor')).min(1)]),
  light: entityId('light'),
  /** How long nobody must have moved before the light goes off. */
  offAfter: duration().default('5m'),
  /** In percent; a light that is already on is left as somebody set it. */
  brightness: z.number().int().min(1).max(100).default(60),
  /** Leaves the light off while the room is brighter than this. */
  dark: z.object({ sensor: entityId('sensor'), belowLux: z.number().positive() }).optional(),
  /** A sensor that never clears is taken for stuck after this long, and the light goes off. */
  stuckAfter: duration().default('3h'),
});

/**
 * Lights a room while somebody moves in it.
 *
 * Met: several sensors (off only when all are clear), an unavailable sensor neither restarts nor ends the countdown,
 * repeated `on` reports do not either, a countdown goes on after a restart of the daemon with what is left of it, a
 * dimmed light stays dimmed, one that somebody turned off by hand stays off until the room has been empty, motion that
 * never clears.
 */
export class MotionLight extends App.with(Config) {
  /** When somebody turned the light off who has left the room since. */
  #leftAt: Temporal.Instant | undefined;

  override onInitialize() {
    const { offAfter, stuckAfter } = this.config;
    this.bus.onStateChange(this.#sensors, { to: 'on', immediate: true, name: 'motion' }, this.turnOn);
    this.bus.onStateChange(this.#sensors, { to: 'off', for: offAfter, immediate: true, name: 'clear' }, this.turnOff);
    this.bus.onStateChange(this.#sensors, { to: 'on', for: stuckAfter, name: 'stuck' }, async (event) => {
      this.logger.warn(`${event.entityId} has reported motion for ${stuckAfter}; it may be stuck`);
      await this.api.call('light.turn_off', { target: this.config.light });
    });
  }

  async turnOn() {
    const { light, brightness, dark } = this.config;
    if (this.states.is(light, 'on')) return;
    if (this.#isTurnedOffByHand()) return;
    if (dark && this.states.number(dark.sensor, { or: 0 }) >= dark.belowLux) return;
    this.logger.info(`somebody moves: turning ${light} on`);
    await this.api.call('light.turn_on', { target: light, data: { brightness_pct: brightness } });
  }

  async turnOff() {
    const { light } = this.config;
    const moving = this.#sensors.some((sensor) => this.states.is(sensor, 'on'));
    if (moving) return;
    this.#leftAt = this.entity(light).override()?.at;
    if (!this.states.is(light, 'on')) return;
    this.logger.info(`nobody has moved for ${this.config.offAfter}: turning ${light} off`);
    await this.api.call('light.turn_off', { target: light });
  }

  /** Whoever is still here and has turned it off wants it dark, however much they move. */
  #isTurnedOffByHand(): boolean {
    const found = this.entity(this.config.light).override();
    if (found?.change.to.state !== 'off' || this.#leftAt?.equals(found.at) === true) return false;
    this.logger.info(`${this.config.light} was turned off by hand and stays off until nobody is here`);
    return true;
  }

  get #sensors() {
    return [this.config.motion].flat();
  }
}

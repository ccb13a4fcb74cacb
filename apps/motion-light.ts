import { App, duration, entityId, z } from 'hassette';

const Config = z.object({
  /** One motion sensor, or several that watch the same room. */
  motion: z.union([entityId('binary_sensor'), z.array(entityId('binary_sensor')).min(1)]),
  light: entityId('light'),
  /** How long nobody must have moved before the light goes off. */
  offAfter: duration().default('5m'),
  /** In percent; a light that is already on is left as somebody set it. */
  brightness: z.number().int().min(1).max(100).default(60),
  /** Lights the room only while it is darker than this. */
  dark: z.object({ sensor: entityId('sensor'), belowLux: z.number().positive() }).optional(),
  /** A sensor that never clears is taken for stuck after this long, and looked through until it does. */
  stuckAfter: duration().default('3h'),
});

/**
 * Lights a room while somebody is in it: from the first motion until nobody has moved for a while.
 *
 * Whatever happens in between is left alone: a light that somebody dims stays dimmed, one that somebody turns off stays
 * off until the room has been empty. The countdown is the rule's, so it goes on over a restart.
 */
export class MotionLight extends App.with(Config) {
  readonly sensors = [this.config.motion].flat().map((id) => ({ id, stuck: this.watchForStuck(id) }));

  override onInitialize() {
    const { light, dark, offAfter, brightness } = this.config;
    // Its own light must not make the room too bright to be lit; a dead sensor of brightness does not leave it dark.
    const isDark = () =>
      this.states.any(light, 'on') || !dark || this.states.number(dark.sensor, { or: 0 }) < dark.belowLux;

    this.whenever(() => this.isSomebodyMoving() && isDark(), {
      name: 'occupied',
      hold: { exit: offAfter },
      enter: async () => {
        if (this.states.is(light, 'on')) return;
        this.logger.info(`somebody moves: turning ${light} on`);
        await this.entity(light).turnOn({ brightness_pct: brightness });
      },
      exit: async () => {
        if (!this.states.is(light, 'on')) return;
        this.logger.info(`nobody has moved for ${offAfter}: turning ${light} off`);
        await this.entity(light).turnOff();
      },
    });
  }

  private isSomebodyMoving() {
    return this.sensors.some(({ id, stuck }) => this.states.any(id, 'on') && stuck.phase !== 'on');
  }

  private watchForStuck(sensor: `binary_sensor.${string}`) {
    const { stuckAfter } = this.config;
    return this.whenever(() => this.states.is(sensor, 'on'), {
      name: `stuck ${sensor}`,
      hold: { enter: stuckAfter },
      enter: () => this.logger.warn(`${sensor} has reported motion for ${stuckAfter}; it may be stuck`),
    });
  }
}

import { App, duration, entityId, z } from 'hassette';

const Config = z.object({
  motion: entityId('sensor'),
  light: entityId('light'),
  offAfter: duration().default('5m'),
});

/** An app as people write them, of which there can be many. */
export class Room extends App.with(Config) {
  override onInitialize() {
    const { motion, offAfter } = this.config;
    this.bus.onStateChange(motion, { to: '1', name: 'motion' }, this.turnOn);
    this.bus.onStateChange(motion, { to: '0', for: offAfter, name: 'clear' }, this.turnOff);
    this.scheduler.runDaily('23:30', { name: 'lights out' }, this.turnOff);
    this.scheduler.runEvery('1h', { name: 'look' }, this.look);
    process.send?.({ kind: 'ready', atMs: performance.timeOrigin + performance.now() });
  }

  async turnOn() {
    if (!this.states.is(this.config.light, 'on')) await this.api.call('light.turn_on', { target: this.config.light });
  }

  async turnOff() {
    await this.api.call('light.turn_off', { target: this.config.light });
  }

  look() {
    this.logger.debug(`${this.config.motion} is ${this.states.get(this.config.motion)?.state}`);
  }
}

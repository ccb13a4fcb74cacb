import { App, z } from 'hassette';

const Config = z.object({ calls: z.number() });

/** Makes many calls at once, and waits for all of them. */
export class Caller extends App.with(Config) {
  override onInitialize() {
    this.bus.onStateChange('sensor.trigger', { timeout: false }, () =>
      Promise.all(
        Array.from({ length: this.config.calls }, (_, index) =>
          this.api.call('light.turn_on', { target: 'light.bench', data: { transition: index }, timeout: '1h' }),
        ),
      ),
    );
    process.send?.({ kind: 'ready' });
  }
}

import { App } from 'hassette';

/** Answers each change with a call that names it. */
export class Responder extends App {
  override onInitialize() {
    this.bus.onStateChange('sensor.trigger', (event) =>
      this.api.call('light.turn_on', { target: 'light.bench', data: { transition: Number(event.to?.state) } }),
    );
    process.send?.({ kind: 'ready' });
  }
}

import { App, z } from 'hassette';
import { BurstMeter } from './burst-meter.ts';

const Config = z.object({
  rules: z.number(),
  /** Each change gives its rule something else, or none of them does. */
  asks: z.enum(['each change', 'nothing']),
});

/** Has rules, each about a sensor of its own, and counts how often their conditions are asked. */
export class Ruler extends App.with(Config) {
  override onInitialize() {
    const { rules, asks } = this.config;
    const meter = new BurstMeter();
    this.bus.onStateChange('binary_sensor.bench_burst', { name: 'burst' }, (event) =>
      meter.mark(event.to?.state ?? ''),
    );
    for (let index = 0; index < rules; index += 1) {
      const id = `sensor.bench_${String(index).padStart(5, '0')}`;
      this.whenever(
        () => {
          meter.count();
          return asks === 'nothing' ? this.states.above(id, 1000) : this.states.number(id) > 1000;
        },
        { name: id },
      );
    }
    process.send?.({ kind: 'ready' });
  }
}

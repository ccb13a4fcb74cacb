import { App, z } from 'hassette';
import { BurstMeter } from './burst-meter.ts';

const Config = z.object({
  /** One handler for all sensors, for the first one only, or one for each. */
  watch: z.enum(['all', 'one', 'each']),
  entities: z.number(),
  /** Asks of each change of all sensors whose doing it is. */
  causes: z.boolean().default(false),
});

/** Counts changes of sensors, and measures the bursts they come in. */
export class Listener extends App.with(Config) {
  override onInitialize() {
    const { watch, entities } = this.config;
    const meter = new BurstMeter();
    this.bus.onStateChange('binary_sensor.bench_burst', { name: 'burst' }, (event) =>
      meter.mark(event.to?.state ?? ''),
    );
    if (this.config.causes) {
      this.bus.onStateChange({ domain: 'sensor' }, { name: 'sensors' }, ({ cause }) => {
        if (cause.kind !== 'user') meter.count();
      });
    } else if (watch === 'all') this.bus.onStateChange({ domain: 'sensor' }, { name: 'sensors' }, () => meter.count());
    else {
      for (let index = 0; index < (watch === 'one' ? 1 : entities); index += 1) {
        this.bus.onStateChange(`sensor.bench_${String(index).padStart(5, '0')}`, { name: `sensor ${index}` }, () =>
          meter.count(),
        );
      }
    }
    process.send?.({ kind: 'ready' });
  }
}

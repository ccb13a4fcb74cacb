import { App, z } from 'hassette';
import { BurstMeter } from './burst-meter.ts';

const Config = z.object({
  durable: z.boolean(),
  /** A hold lasts until the next change of its entity, or fires at once. The times of the home of the bench are of long ago. */
  holds: z.enum(['begin', 'fire']),
});

/** Has a hold for each change of each sensor, and counts those that fire. */
export class Holder extends App.with(Config) {
  override onInitialize() {
    const { durable, holds } = this.config;
    const meter = new BurstMeter();
    this.bus.onStateChange('binary_sensor.bench_burst', { name: 'burst' }, async (event) => {
      // What was begun comes to its end first.
      if (event.to?.state === 'off') await this.tasks.sleep('3s');
      meter.mark(event.to?.state ?? '');
    });
    const lasting = {
      for: holds === 'begin' ? '100000d' : { milliseconds: 1 },
      name: 'lasting',
      mode: 'parallel',
    } as const;
    if (durable) this.bus.onStateChange('sensor.bench_*', { ...lasting, durable }, () => meter.count());
    else this.bus.onStateChange('sensor.bench_*', lasting, () => meter.count());
    process.send?.({ kind: 'ready' });
  }
}

import { App, z } from 'hassette';

const Config = z.object({ subscriptions: z.number(), entities: z.number(), to: z.enum(['states', 'topics']) });

export interface SubscribedReport {
  readonly kind: 'subscribed';
  readonly wallMs: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

export interface HeardReport {
  readonly kind: 'heard';
  /** Of the processor, for each event, of which one subscription hears. */
  readonly cpuUs: number;
}

const EVENTS = 200_000;
/** The first ones are for the compiler. */
const WARM_UP = 50_000;

/** Makes many subscriptions, each to one thing. Needs `--expose-gc`. */
export class Subscriber extends App.with(Config) {
  #heard = 0;

  override onInitialize() {
    const { subscriptions, entities, to } = this.config;
    const before = memory();
    const beganMs = performance.now();
    for (let index = 0; index < subscriptions; index += 1) {
      const name = `subscription ${index}`;
      if (to === 'topics') this.bus.on(`bench.${index}`, { name }, this.hear);
      else this.bus.onStateChange(`sensor.bench_${String(index % entities).padStart(5, '0')}`, { name }, this.hear);
    }
    const wallMs = performance.now() - beganMs;
    const after = memory();
    const report: SubscribedReport = {
      kind: 'subscribed',
      wallMs,
      heapMb: (after.heapUsed - before.heapUsed) / 1e6,
      rssMb: (after.rss - before.rss) / 1e6,
    };
    process.send?.({ kind: 'ready' });
    process.send?.(report);
    if (to === 'topics') this.#tellOneByOne();
  }

  hear() {
    this.#heard += 1;
  }

  #tellOneByOne() {
    const { subscriptions } = this.config;
    // Far apart from each other, as events are.
    const tell = (event: number): void => this.bus.emit(`bench.${(event * 7919) % subscriptions}`);
    for (let event = 0; event < WARM_UP; event += 1) tell(event);
    const before = process.cpuUsage();
    for (let event = 0; event < EVENTS; event += 1) tell(event);
    const { user, system } = process.cpuUsage(before);
    if (this.#heard !== WARM_UP + EVENTS) throw new Error(`${this.#heard} events were heard`);
    const report: HeardReport = { kind: 'heard', cpuUs: (user + system) / EVENTS };
    process.send?.(report);
  }
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}

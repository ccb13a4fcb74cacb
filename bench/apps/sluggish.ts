import { monitorEventLoopDelay } from 'node:perf_hooks';
import { App } from 'hassette';

export interface OverloadReport {
  readonly kind: 'overload';
  readonly received: number;
  readonly run: number;
  readonly dropped: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

/** Takes its time for each change. */
export class Sluggish extends App {
  override onInitialize() {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const slow = this.bus.onStateChange({ domain: 'sensor' }, { name: 'slow' }, () => this.tasks.sleep('50ms'));
    process.on('message', (message) => {
      if (message === 'begin') delay.reset();
      if (message !== 'end') return;
      const { received, run, dropped } = slow.counters;
      const delayP99Ms = delay.percentile(99) / 1e6;
      const report: OverloadReport = {
        kind: 'overload',
        received,
        run,
        dropped,
        delayP99Ms,
        delayMaxMs: delay.max / 1e6,
      };
      process.send?.(report);
    });
    process.send?.({ kind: 'ready' });
  }
}

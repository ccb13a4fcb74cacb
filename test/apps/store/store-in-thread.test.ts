import { expect, it } from 'vitest';
import { AppBench } from '../app-bench.ts';

const source = `
import { App, z, NotStorable } from 'hassette';
export class Counter extends App {
  rings = this.store.value('rings', z.number().default(0));
  override async onInitialize() {
    this.rings.watch((rings) => this.logger.info('told ' + rings));
    this.bus.onStateChange('binary_sensor.bell', async () => {
      this.logger.info('rung ' + await this.rings.update((n) => n + 1));
    });
    await this.store.set('big', 'x'.repeat(2_000_000)).catch((error) =>
      this.logger.info('refused ' + (error instanceof NotStorable) + ' ' + error.message));
    for await (const [key] of this.store.entries()) this.logger.info('has ' + key);
  }
}`;

it('is the same in a thread of its own, over a restart of the app', async () => {
  await using bench = await AppBench.start({
    files: { 'counter.ts': source },
    apps: { counter: { class: 'Counter', isolation: 'thread' } },
    states: { 'binary_sensor.bell': 'off' },
  });
  expect(bench.said('counter')).toContain(
    'refused true The value of "big" is too large to be stored: 1954 KiB as JSON',
  );
  await bench.set('binary_sensor.bell', 'on');
  await bench.set('binary_sensor.bell', 'off');
  expect(bench.said('counter').slice(-4).toSorted()).toEqual(['rung 1', 'rung 2', 'told 1', 'told 2']);
  await bench.clock.pump(bench.handler.startApp('counter'));
  await bench.set('binary_sensor.bell', 'on');
  expect(bench.said('counter').slice(-3).toSorted()).toEqual(['has rings', 'rung 3', 'told 3']);
}, 30_000);

import { describe, expect, it } from 'vitest';
import { AppBench } from './app-bench.ts';

const COUNTER = `
import { App } from 'hassette';

export class Counter extends App {
  override onInitialize() {
    this.bus.onStateChange('light.hall', { name: 'count' }, (event) => this.logger.info(\`it is \${event.to?.state}\`));
  }
}
`;

describe.each(['main', 'thread'] as const)('an app with runsPerMinute, in isolation %s', (isolation) => {
  it('has its handlers run no faster, and says so in its report and in the log', async () => {
    await using bench = await AppBench.start({
      files: { 'counter.ts': COUNTER },
      apps: { slow: { class: 'Counter', isolation, runsPerMinute: 2 }, free: { class: 'Counter' } },
      states: { 'light.hall': 'off' },
    });
    for (const state of ['on', 'off', 'on', 'off']) await bench.set('light.hall', state);
    expect(bench.said('free')).toHaveLength(4);
    expect(bench.said('slow').filter((line) => line.startsWith('it is'))).toHaveLength(2);
    expect(bench.report('slow')).toMatchObject({ status: 'running', held: { perMinute: 2, waited: 1 } });
    await bench.clock.advanceBy(60_500);
    expect(bench.said('slow').filter((line) => line.startsWith('it is'))).toEqual([
      'it is on',
      'it is off',
      'it is on',
      'it is off',
    ]);
    await bench.clock.advanceBy(120_000);
    expect(bench.report('slow')?.held).toBeUndefined();
    expect(bench.said('slow')).toContain(
      'slow: a run of its handlers had to wait, since it may begin 2 a minute (`runsPerMinute`)',
    );
  });
});

import { expect, it } from 'vitest';
import { Spawned } from './spawned.ts';

const files = {
  'hassette.yaml': [
    'homes: { default: simulated }',
    'limits: { drain: 200ms, shutdownHooks: 200ms }',
    'apps:',
    '  here: { class: Beating }',
    '  there: { class: Beating, isolation: thread }',
    '  loop: { class: Loop, isolation: thread }',
  ].join('\n'),
  'apps/beating.ts': `
    import { App } from 'hassette';
    export class Beating extends App {
      override async onInitialize() {
        this.bus.on('looping', () => this.scheduler.runEvery('20ms', () => this.logger.info('beat of ' + this.name)));
        this.logger.info(this.name + ' is there');
      }
      override async onShutdown() { this.logger.info('farewell of ' + this.name); }
    }`,
  'apps/loop.ts': `
    import { App } from 'hassette';
    export class Loop extends App {
      override async onInitialize() {
        // The others are to be there when it begins.
        this.scheduler.runIn('300ms', () => { this.bus.emit('looping', {}); setTimeout(() => { for (;;); }, 50); });
      }
    }`,
};

it('a loop without end in a thread stops neither the daemon nor other apps, and a stop ends it', async () => {
  await using daemon = new Spawned(['run'], { files });
  await Promise.all([daemon.logged('beat of here'), daemon.logged('beat of there')]);
  const beats = (name: string): number => daemon.log.filter(({ msg }) => msg === `beat of ${name}`).length;
  await expect.poll(() => Math.min(beats('here'), beats('there')), { timeout: 5000 }).toBeGreaterThan(10);
  const { health, apps } = await daemon.status();
  expect(health).toBe('ok');
  expect(apps.map(({ name, isolation }) => [name, isolation])).toEqual([
    ['here', 'main'],
    ['there', 'thread'],
    ['loop', 'thread'],
  ]);

  const { code, afterMs } = await daemon.stop();
  expect(code).toBe(0);
  expect(afterMs).toBeLessThan(5000);
  expect(daemon.complaints).toEqual([
    expect.stringContaining('the stop of "thread.loop" takes long'),
    expect.stringMatching(/thread "loop" does not stop.* loop .* no end/),
  ]);
  expect(daemon.output).toContain('farewell of here');
  expect(daemon.output).toContain('farewell of there');
});

import { expect, it } from 'vitest';
import { PATIENT, Spawned } from './spawned.ts';

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
        this.bus.on('who is there', () => this.bus.emit('present', { name: this.name }));
        this.bus.on('looping', () => this.scheduler.runEvery('20ms', () => this.logger.info('beat of ' + this.name)));
      }
      override async onShutdown() { this.logger.info('farewell of ' + this.name); }
    }`,
  'apps/loop.ts': `
    import { App } from 'hassette';
    export class Loop extends App {
      override async onInitialize() {
        const present = new Set();
        const asking = this.scheduler.runEvery('50ms', () => this.bus.emit('who is there', {}));
        this.bus.on('present', ({ data }) => {
          if (present.add(data.name).size < 2) return;
          asking.cancel();
          this.bus.emit('looping', {});
          setTimeout(() => { for (;;); }, 50);
        });
      }
    }`,
};

it('a loop without end in a thread stops neither the daemon nor other apps, and a stop ends it', PATIENT, async () => {
  await using daemon = new Spawned(['run'], { files });
  await Promise.all([daemon.logged('beat of here'), daemon.logged('beat of there')]);
  const beats = (name: string): number => daemon.log.filter(({ msg }) => msg === `beat of ${name}`).length;
  await expect.poll(() => Math.min(beats('here'), beats('there')), PATIENT).toBeGreaterThan(10);
  const { health, apps } = await daemon.status();
  expect(health).toBe('ok');
  expect(apps.map(({ name, isolation }) => [name, isolation])).toEqual([
    ['here', 'main'],
    ['there', 'thread'],
    ['loop', 'thread'],
  ]);

  expect(await daemon.stop()).toMatchObject({ code: 0 });
  expect(daemon.complaints).toEqual([
    expect.stringContaining('the stop of "thread.loop" takes long'),
    expect.stringMatching(/thread "loop" does not stop.* loop .* no end/),
  ]);
  expect(daemon.output).toContain('farewell of here');
  expect(daemon.output).toContain('farewell of there');
});

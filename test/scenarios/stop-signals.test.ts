import { expect, it } from 'vitest';
import { PATIENT, Spawned } from './spawned.ts';

const files = {
  'hassette.yaml': [
    'homes: { default: simulated }',
    'apps:',
    '  slow: { class: Slow }',
    '  busy: { class: Busy }',
    '  stuck: { class: Stuck }',
    'limits: { drain: 300ms, shutdownHooks: 300ms, resourceStop: 400ms }',
  ].join('\n'),
  'apps/slow.ts': `
    import { App } from 'hassette';
    export class Slow extends App {
      override async onInitialize() { this.logger.info('starting'); await this.tasks.sleep('1m'); this.logger.info('started'); }
      override async onShutdown() { this.logger.info('farewell of one that never ran'); }
    }`,
  'apps/busy.ts': `
    import { App } from 'hassette';
    export class Busy extends App {
      override async onInitialize() {
        this.scheduler.runIn('0s', async () => { this.logger.info('working'); await this.tasks.sleep('100ms'); this.logger.info('work is done'); });
      }
      override async onShutdown() { await this.api.call('light.turn_off', { target: 'light.hallway' }); this.logger.info('light is off'); }
    }`,
  'apps/stuck.ts': `
    import { App } from 'hassette';
    export class Stuck extends App {
      override async onInitialize() { this.logger.info('stuck is there'); }
      override async onShutdown() { this.logger.info('never comes back'); await new Promise(() => {}); }
    }`,
};

it(
  'a stop is heard from the first moment on, lets work end, and has an end itself; a second one is at once',
  PATIENT,
  async () => {
    await using atOnce = new Spawned(['run'], { files });
    await using amidst = new Spawned(['run', '--app', 'slow'], { files });
    await using twice = new Spawned(['run', '--app', 'stuck'], { files });
    await using whole = new Spawned(['run', '--app', 'busy', '--app', 'stuck'], { files });

    const ends = await Promise.all([
      atOnce.said('configuration read').then(() => atOnce.stop()),
      amidst.logged('starting').then(() => amidst.stop()),
      twice.logged('stuck is there').then(async () => {
        twice.signal('SIGINT');
        await twice.logged('never comes back');
        twice.signal('SIGTERM');
        return twice.ended;
      }),
      Promise.all([whole.logged('working'), whole.logged('stuck is there')]).then(() => whole.stop()),
    ]);

    expect(ends.map(({ code }) => code)).toEqual([0, 0, 130, 0]);
    expect(amidst.output).not.toMatch(/started|farewell|"level":"error"/);
    expect(amidst.stderr).toBe('SIGTERM: stopping. A second one ends at once.\n');
    expect(twice.stderr).toBe('SIGINT: stopping. A second one ends at once.\n');

    expect(whole.log.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['work is done', 'light is off', 'never comes back']),
    );
    expect(whole.complaints).toContainEqual(
      expect.stringMatching(/^hook "onShutdown" of stuck took longer than its time limit of (300|2\d\d) ms$/),
    );
  },
);

import { expect, it } from 'vitest';
import { PATIENT, Spawned, spawned } from './spawned.ts';

const files = {
  'hassette.yaml': 'homes: { default: simulated }\napps: { beating: { class: Beating } }',
  'apps/beating.ts': `
    import { App } from 'hassette';
    export class Beating extends App {
      override async onInitialize() { this.scheduler.runEvery('20ms', () => this.logger.info('beat')); }
    }`,
};

it('a second daemon on a data folder is refused, and the next one of one that was killed is not', PATIENT, async () => {
  await using first = new Spawned(['run'], { files });
  await first.logged('beat');
  const { folder } = first;
  const second = await spawned(['run'], { folder });
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`A daemon runs already on the data folder ${folder}/data\n`);
  expect(second.stderr).toMatch(/--data FOLDER/);
  expect(second.stdout).not.toMatch(/beat|connected/);

  const beats = first.log.length;
  await expect.poll(() => first.log.length, PATIENT).toBeGreaterThan(beats);
  expect((await first.status()).health).toBe('ok');

  first.signal('SIGKILL');
  expect((await first.ended).code).toBeNull();
  expect((await spawned(['status'], { folder })).code).toBe(1);
  await using third = new Spawned(['run'], { folder });
  await third.logged('beat');
  expect((await third.stop()).code).toBe(0);
  expect(third.complaints).toEqual([]);
});

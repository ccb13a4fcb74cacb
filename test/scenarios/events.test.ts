import { expect, it } from 'vitest';
import { PATIENT, Spawned, spawned } from './spawned.ts';

const files = {
  'apps/talk.ts': `
    import { App, z } from 'hassette';
    export class Teller extends App.with(z.object({ topic: z.string() })) {
      #count = 0;
      override onInitialize() {
        this.scheduler.runEvery('300ms', () => this.bus.emit(this.config.topic, { count: (this.#count += 1) }));
      }
    }
    export class Listener extends App {
      override onInitialize() {
        this.bus.on('talk.*', () => undefined);
      }
    }
  `,
  'hassette.yaml': [
    'homes: { default: simulated }',
    'logging: { level: silent }',
    'apps:',
    '  here: { class: Listener }',
    '  there: { class: Listener, isolation: thread }',
    '  one: { class: Teller, config: { topic: talk.one } }',
    '  two: { class: Teller, isolation: thread, config: { topic: talk.two } }',
  ].join('\n'),
};

interface Told {
  readonly data: { readonly count: number };
  readonly heardBy: readonly string[];
}

it('hassette events tells what happened, of all apps in whatever thread, each thing once', PATIENT, async () => {
  await using daemon = new Spawned(['run'], { files });
  const events = (...args: string[]) => spawned(['events', ...args], { folder: daemon.folder });
  const told = async (topic: string, ...args: string[]): Promise<readonly Told[]> => {
    const { stdout } = await events('--json', '--topic', topic, ...args);
    return stdout === '' ? [] : JSON.parse(stdout);
  };
  for (const topic of ['talk.one', 'talk.two']) {
    const toldToAll = async (): Promise<readonly Told[]> =>
      (await told(topic)).filter(({ heardBy }) => heardBy.includes('here') && heardBy.includes('there'));
    await expect.poll(async () => (await toldToAll()).length, PATIENT).toBeGreaterThan(2);
    const counts = (await told(topic)).map(({ data }) => data.count);
    expect(counts).toEqual([...new Set(counts)].toSorted((a, b) => a - b));
  }
  expect(await told('talk.none')).toEqual([]);
  expect(await told('talk.one', '--app', 'one')).toEqual([]);
  expect(await told('talk.one', '--app', 'here', '--limit', '1')).toHaveLength(1);
  const { stdout } = await events('--topic', 'talk.two', '--since', '1h');
  expect(stdout).toMatch(/^ {2}\S+Z +topic +talk\.two +two \{"count":\d+\} +told to .*here/m);
  expect(await events('--topic', 'a', '--entity', 'b')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Ask for one at a time'),
  });
  expect(await events('--since', 'soon')).toMatchObject({ code: 2, stderr: expect.stringContaining('--since') });

  await using follower = new Spawned(['events', '--follow', '--topic', 'talk.one', '--json'], {
    folder: daemon.folder,
  });
  await expect.poll(() => follower.stdout, PATIENT).toContain('"topic":"talk.one"');
});

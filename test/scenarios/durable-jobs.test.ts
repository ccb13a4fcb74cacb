import { describe, expect, it } from 'vitest';
import { App, type JobRun } from 'hassette';
import { runApp } from 'hassette/testing';

const LIGHT = 'light.hallway';
const NOW = '2026-02-04T20:00[Europe/Berlin]';

interface Room {
  readonly room: string;
}

type Options = Parameters<App['scheduler']['register']>[1] & object;

/** What a test asks an app for, that a restart makes anew. */
interface Wish {
  options?: Options;
  name?: string;
  handle?: (app: App, run: JobRun<Room>) => unknown;
  atStart?: (app: App, submit: Submit) => void;
}
type Submit = ReturnType<typeof submitOf>;
const submitOf = (app: App, name: string, options: Options, handle: (run: JobRun<Room>) => unknown) =>
  app.scheduler.register<Room>(name, options, handle);

async function start(wish: Wish = {}) {
  const ran: string[] = [];
  let job: Submit | undefined;
  class Hallway extends App {
    override onInitialize() {
      job = submitOf(this, wish.name ?? 'lights-off', wish.options ?? {}, async (run) => {
        ran.push(`${run.args.room} ${run.scheduledFor.toPlainTime().toString()}`);
        await wish.handle?.(this, run);
        await this.api.call('light.turn_off', { target: LIGHT });
      });
      wish.atStart?.(this, job);
    }
  }
  const t = await runApp(Hallway, { home: { [LIGHT]: 'on' }, now: NOW });
  return {
    t,
    ran,
    get job(): Submit {
      if (job === undefined) throw new Error('it was not started');
      return job;
    },
    words: () => t.logs.map(({ msg }) => msg),
    [Symbol.asyncDispose]: () => t[Symbol.asyncDispose](),
  };
}

const HALLWAY: Room = { room: 'hallway' };
const IN_TEN = { in: '10m', durable: true } as const;

describe('a run that outlives the daemon', () => {
  it('runs when it is due, with what it was submitted with', async () => {
    await using s = await start();
    expect(await s.job.submit(HALLWAY, IN_TEN).stored).toBe(true);
    await s.t.restart({ down: '4m' });
    expect(s.job.status).toBe('manual');
    await s.t.advance('5m');
    expect(s.ran).toEqual([]);
    await s.t.advance('1m');
    expect(s.ran).toEqual(['hallway 20:10:00']);
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toHaveLength(1);
    expect(s.t.calls('light.turn_off')).toHaveLength(1);
  });

  it('runs once where nothing happens to the daemon', async () => {
    await using s = await start();
    s.job.submit(HALLWAY, IN_TEN);
    s.job.submit({ room: 'stairs' }, { durable: true });
    await s.t.advance('1h');
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toEqual(['stairs 20:00:00', 'hallway 20:10:00']);
  });

  it('is left out with one that is not durable', async () => {
    await using s = await start();
    expect(await s.job.submit(HALLWAY, { in: '10m' }).stored).toBe(false);
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toEqual([]);
  });

  it.each([
    ['skip', '11m', []],
    [{ within: '5m' }, '12m', ['hallway 20:10:00']],
    [{ within: '5m' }, '16m', []],
    ['run', '10h', ['hallway 20:10:00']],
  ] as const)('that was missed does as %j says after %s', async (onMissed, down, ran) => {
    await using s = await start({ options: { onMissed } });
    s.job.submit(HALLWAY, IN_TEN);
    await s.t.restart({ down });
    await s.t.advance('1h');
    expect(s.ran).toEqual(ran);
    expect(s.words().filter((word) => word.includes('while the daemon was off: it is skipped'))).toHaveLength(
      1 - ran.length,
    );
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toEqual(ran);
  });

  it.each([
    ['run-again', 2, 'it runs again'],
    ['skip', 1, 'it is left at that'],
  ] as const)('that was cut short does as %s says, and tells it', async (onInterrupted, runs, words) => {
    await using s = await start({ options: { onInterrupted }, handle: (app) => app.tasks.sleep('5m') });
    s.job.submit(HALLWAY, IN_TEN);
    await s.t.advance('11m');
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toHaveLength(runs);
    expect(s.t.calls('light.turn_off')).toHaveLength(runs - 1);
    expect(s.words()).toContain(
      `A run of "lights-off", for 2026-02-04T19:10:00Z, was cut short when the daemon ended: ${words}`,
    );
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toHaveLength(runs);
  });

  it('is not cut short by the end of its app where it comes to its own within the time for that', async () => {
    await using s = await start({ handle: (app) => app.tasks.sleep('1s') });
    s.job.submit(HALLWAY, IN_TEN);
    await s.t.advance('10m');
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toHaveLength(1);
    expect(s.t.calls('light.turn_off')).toHaveLength(1);
  });

  it('is called off by whoever submitted it', async () => {
    await using s = await start();
    const run = s.job.submit(HALLWAY, IN_TEN);
    s.job.submit({ room: 'stairs' }, IN_TEN)[Symbol.dispose]();
    run.cancel();
    run.cancel();
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toEqual([]);
  });

  it('is called off with its job, and not with its app', async () => {
    await using s = await start();
    s.job.submit(HALLWAY, IN_TEN);
    s.job.cancel();
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toEqual([]);
  });

  it('is never left out because another goes on', async () => {
    await using s = await start({ handle: (app) => app.tasks.sleep('1m') });
    for (const room of ['a', 'b', 'c']) s.job.submit({ room }, IN_TEN);
    s.job.submit({ room: 'd' }, { in: '10m' });
    await s.t.restart({ down: '1h' });
    await s.t.advance('1s');
    expect(s.ran).toEqual(['a 20:10:00']);
    const left = s.job.submit({ room: 'e' }, { durable: true });
    left.cancel();
    await s.t.advance('10m');
    expect(s.ran).toEqual(['a 20:10:00', 'b 20:10:00', 'c 20:10:00']);
    expect(s.t.calls('light.turn_off')).toHaveLength(3);
  });

  it('waits in line over an end of the daemon too', async () => {
    await using s = await start({ handle: (app) => app.tasks.sleep('4m') });
    for (const room of ['a', 'b']) s.job.submit({ room }, IN_TEN);
    await s.t.advance('12m');
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toEqual(['a 20:10:00', 'a 20:10:00', 'b 20:10:00']);
  });

  it('is over once it has failed, or taken too long', async () => {
    await using s = await start({
      options: { timeout: '1m', onError: () => undefined },
      handle: (app, { args: { room } }) => {
        if (room === 'broken') throw new Error('the lamp is gone');
        return app.tasks.sleep('5m');
      },
    });
    s.job.submit({ room: 'broken' }, IN_TEN);
    s.job.submit({ room: 'slow' }, IN_TEN);
    await s.t.advance('20m');
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.ran).toHaveLength(2);
  });

  it('is listed, paused and resumed, and runs beside its time when it is told to', async () => {
    await using s = await start({ options: { group: 'lights' } });
    s.job.submit(HALLWAY, { at: '21:00', durable: true });
    await s.t.restart();
    const waiting = s.t.app.scheduler.list().find(({ status }) => status === 'scheduled');
    expect(waiting).toMatchObject({ name: 'lights-off', group: 'lights', trigger: 'once, at 2026-02-04T20:00:00Z' });
    expect(waiting?.nextRun?.toPlainTime().toString()).toBe('21:00:00');
    waiting?.runNow();
    await s.t.settle();
    expect(s.ran).toHaveLength(1);
    s.t.app.scheduler.group('lights').pause();
    await s.t.advance('2h');
    expect(s.ran).toHaveLength(1);
    s.t.app.scheduler.group('lights').resume();
    await s.t.advance('1s');
    expect(s.ran).toEqual(['hallway 20:00:00', 'hallway 21:00:00']);
  });

  it('is told where its job is no more, and kept for a while', async () => {
    const wish: Wish = {};
    await using s = await start(wish);
    s.job.submit(HALLWAY, IN_TEN);
    wish.name = 'lights-out';
    await s.t.restart();
    expect(s.words()).toContain(
      'hallway has no job "lights-off" any more, and one of its runs still waits: it is kept for 7d',
    );
    delete wish.name;
    await s.t.restart({ down: '1d' });
    await s.t.advance('1s');
    expect(s.ran).toEqual(['hallway 20:10:00']);
  });

  it('is refused with what is no JSON, or too much of it', async () => {
    await using s = await start();
    const odd = { room: 'a', since: new Map() } as Room;
    expect(() => s.job.submit(odd, IN_TEN)).toThrow(
      'What is to be kept of "lights-off" cannot be stored: `args.since` is a Map',
    );
    const long = { room: 'x'.repeat(2_000_000) };
    expect(() => s.job.submit(long, IN_TEN)).toThrow('is too large to be stored');
    // Nothing of it is left that would run, or keep the rest from being written.
    expect(await s.job.submit(HALLWAY, IN_TEN).stored).toBe(true);
    await s.t.advance('1h');
    expect(s.ran).toHaveLength(1);
  });

  it.each([
    [{ in: '10m', durable: 'yes' }, '"durable" of submit'],
    [{ in: '10m', onMissed: 'skip' }, 'submit has no option "onMissed"'],
  ])('is refused with %j', async (options, message) => {
    await using s = await start();
    expect(() => s.job.submit(HALLWAY, options as never)).toThrow(message);
  });

  it('is nothing that a function can be', async () => {
    await using s = await start();
    const { scheduler } = s.t.app;
    const durable = { durable: true } as object;
    expect(() => scheduler.runIn('10m', durable, () => undefined)).toThrow('runIn has no option "durable"');
    expect(() => scheduler.runAt('21:00', durable, () => undefined)).toThrow('runAt has no option "durable"');
    expect(() => scheduler.register('other', { onMissed: 'later' } as never, () => undefined)).toThrow(
      '"onMissed" of register("other") is "later"',
    );
  });
});

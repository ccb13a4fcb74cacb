import { describe, expect, it, onTestFinished } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { run, start, type RunningCommand } from './command-line.ts';

const quiet = 'homes: { default: simulated }\nlogging: { level: silent }\n';

/** Whether a daemon answers that all is well with it. */
async function health(folder: string): Promise<string> {
  const { exitCode, printed } = await run(['status', '--json'], { folder });
  return exitCode === 0 ? JSON.parse(printed).health : 'none';
}

async function givenDaemon(
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<RunningCommand> {
  const daemon = await start(['run', ...args], { files });
  onTestFinished(async () => {
    await daemon.signal('SIGTERM');
    await daemon.exitCode;
  });
  await expect.poll(() => health(daemon.folder)).toBe('ok');
  return daemon;
}

const waiting = `
  import { App } from 'hassette';
  export class Waiting extends App {
    async onInitialize() {
      const off = this.scheduler.register('lights-off', () => undefined);
      await off.submit(undefined, { at: '2099-12-24T18:00Z', durable: true }).stored;
    }
  }
`;

const app = `
  import { App } from 'hassette';
  export class Quiet extends App {}
`;

describe('hassette run', () => {
  it('tells all errors of the configuration and starts nothing', async () => {
    const { exitCode, said } = await run(['run'], {
      files: { 'hassette.yaml': 'homes: { default: { token: x } }\nlogging: { level: loud }' },
    });
    expect(exitCode).toBe(2);
    expect(said).toMatch(/^The configuration has 2 errors:/);
  });

  it('says what to do where there is no configuration, and where there is no apps folder', async () => {
    expect(await run(['run'])).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('`hassette init DIR` make one'),
    });
    const files = { 'hassette.yaml': `${quiet}apps: { a: { class: A } }` };
    expect(await run(['run'], { files })).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('there is no folder'),
    });
  });

  it('tells what apps wait for, and until when', async () => {
    const daemon = await givenDaemon({
      'apps/waiting.ts': waiting,
      'hassette.yaml': `${quiet}apps: { hall: { class: Waiting } }`,
    });
    const { printed } = await run(['status'], { folder: daemon.folder });
    expect(printed).toMatch(/^Waits\n {2}hall +job +lights-off +due 2099-12-24T18:00:00Z$/m);
  });

  it('runs until it is told to stop, and answers meanwhile', async () => {
    const daemon = await givenDaemon({
      'apps/quiet.ts': app,
      'hassette.yaml': `${quiet}apps: { hall: { class: Quiet } }`,
    });
    const { printed } = await run(['status'], { folder: daemon.folder });
    expect(printed).toMatch(/^hassette \S+ is ok, up /);
    expect(printed).toMatch(/^ {2}default +ready +\d+ entities/m);
    expect(printed).toMatch(/^ {2}hall +running +Quiet +quiet\.ts$/m);
    expect(await run(['status', '--quiet'], { folder: daemon.folder })).toEqual({
      folder: daemon.folder,
      exitCode: 0,
      printed: '',
      said: '',
    });
    await daemon.signal('SIGTERM');
    expect(await daemon.exitCode).toBe(0);
    expect(daemon.exits).toEqual([]);
    expect(await run(['status'], { folder: daemon.folder })).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('No daemon answers'),
    });
  });

  it('starts only the apps that are asked for', async () => {
    const files = {
      'apps/quiet.ts': app,
      'hassette.yaml': `${quiet}apps: { hall: { class: Quiet }, porch: { class: Gone } }`,
    };
    const daemon = await givenDaemon(files, ['--app', 'hall']);
    const { printed } = await run(['status'], { folder: daemon.folder });
    expect(printed).toMatch(/^ {2}hall +running/m);
    expect(printed).toMatch(/^ {2}porch +disabled/m);
  });

  it('stops in the middle of a start', async () => {
    const command = await start(['run'], { files: { 'hassette.yaml': quiet } });
    await command.signal('SIGINT');
    expect(await command.exitCode).toBe(0);
    expect(command.said()).toBe('SIGINT: stopping. A second one ends at once.');
  });

  it('ends at once on a second signal', async () => {
    const command = await start(['run'], { files: { 'hassette.yaml': quiet } });
    await command.signal('SIGTERM');
    await command.signal('SIGTERM');
    expect(command.exits).toEqual([130]);
    await command.exitCode;
  });

  it('does not run twice on one data folder', async () => {
    const daemon = await givenDaemon({ 'hassette.yaml': quiet });
    const { exitCode, said } = await run(['run'], { folder: daemon.folder });
    expect(exitCode).toBe(1);
    expect(said).toMatch(/A daemon runs already on the data folder .*\n.*--data/);
    expect(await health(daemon.folder)).toBe('ok');
  });

  it('ends with the code of configuration if the only home refuses its token', async () => {
    const server = await SimulatorServer.listen(new SimulatedHome({ clock: new SystemClock() }));
    onTestFinished(() => server.close());
    const files = {
      'hassette.yaml': `homes: { default: { url: "${server.url}", token: wrong } }\nlogging: { level: silent }`,
    };
    expect((await run(['run'], { files })).exitCode).toBe(2);
  });
});

describe('hassette status', () => {
  it('needs no more of the configuration than where the data is', async () => {
    const files = { 'hassette.yaml': 'homes: { default: { url: "${URL}" } }\npaths: { data: here }' };
    const { exitCode, said } = await run(['status'], { files });
    expect(exitCode).toBe(1);
    expect(said).toMatch(/No daemon answers on the data folder .*here\n.*`hassette run`/);
  });

  it('keeps quiet if that is wanted', async () => {
    expect(await run(['status', '--quiet', '--data', 'nowhere'])).toMatchObject({ exitCode: 1, printed: '', said: '' });
  });
});

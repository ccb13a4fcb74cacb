import { afterEach, describe, expect, it } from 'vitest';
import { AppHandler, type AppSettings } from '../../../src/apps/app-handler.ts';
import { DEFAULT_APP_LIMITS } from '../../../src/apps/app-limits.ts';
import type { AppFailure } from '../../../src/apps/host-control.ts';
import { HomeConnection } from '../../../src/home-assistant/connection/home-connection.ts';
import { Logging, type LogRecord } from '../../../src/kernel/logging.ts';
import { Resource } from '../../../src/kernel/resource.ts';
import { SystemClock } from '../../../src/kernel/system-clock.ts';
import { unreachable } from '../../../src/simulator/faults.ts';
import { SimulatedHome } from '../../../src/simulator/simulated-home.ts';
import { memoryStorage } from '../../storage/memory-storage.ts';
import { TemporaryFolder } from '../temporary-folder.ts';

class Root extends Resource {}

const LAMP = `
import { App } from 'hassette';
export class Lamp extends App {
  override onInitialize() {
    this.bus.onStateChange('binary_sensor.hall', { to: 'on' }, () => this.entity('light.hall').turnOn());
  }
}`;

const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

/** On the machine's own clock: a thread that gives no answer is none for virtual time. */
async function start(files: Readonly<Record<string, string>>, apps: Readonly<Record<string, AppSettings>>) {
  const clock = new SystemClock();
  const folder = new TemporaryFolder(files);
  const logging = new Logging({ clock, format: 'silent' });
  const logs: LogRecord[] = [];
  logging.tap((record) => logs.push(record));
  const home = new SimulatedHome({ clock, states: { 'binary_sensor.hall': 'off', 'light.hall': 'off' } });
  const root = new Root('test', { clock, logging });
  const connection = new HomeConnection(root, { home: 'default', transport: home.transport, token: home.token });
  const storage = memoryStorage(root, clock);
  const limits = { ...DEFAULT_APP_LIMITS, drainMs: 50, shutdownHooksMs: 50 };
  const handler = new AppHandler(root, { apps, limits, folder: folder.path, links: [connection], storage }).dependsOn(
    storage,
  );
  const failures: AppFailure[] = [];
  handler.onFailure((failure) => failures.push(failure));
  opened.push({
    async [Symbol.asyncDispose]() {
      await root.stop();
      folder[Symbol.dispose]();
    },
  });
  await root.start();
  await expect.poll(() => handler.apps().every(({ status }) => status === 'running')).toBe(true);
  return { clock, root, home, handler, logs, failures, connection };
}

describe('ThreadHost', () => {
  it('keeps a loop without end to its own thread, and ends it there when it is to stop', async () => {
    const loops = `
      import { App } from 'hassette';
      export class Loops extends App {
        override onInitialize() {
          this.bus.onStateChange('binary_sensor.hall', { to: 'on' }, () => { for (;;); });
        }
      }`;
    const { home, root, logs } = await start(
      { 'lamp.ts': LAMP, 'loops.ts': loops },
      {
        lamp: { class: 'Lamp' },
        loops: { class: 'Loops', isolation: 'thread' },
      },
    );
    for (const _round of [1, 2]) {
      home.setState('light.hall', 'off');
      home.setState('binary_sensor.hall', 'on');
      await expect.poll(() => home.state('light.hall')).toBe('on');
      home.setState('binary_sensor.hall', 'off');
    }
    await root.stop();
    expect(logs.map(({ msg }) => msg)).toContainEqual(
      expect.stringContaining('thread "loops" does not stop and is ended where it is'),
    );
  });

  it('knows who caused a change, whichever thread the call came from', async () => {
    const whose = `
      import { App } from 'hassette';
      export class Whose extends App {
        override onInitialize() {
          this.bus.onStateChange('light.hall', ({ cause, to }) =>
            this.logger.info(to?.state + ': ' + cause.kind + ' ' + cause.app + ' ' + cause.certain));
          this.bus.onStateChange('binary_sensor.hall', { to: 'off' }, () => this.entity('light.hall').turnOff());
        }
      }`;
    const { home, logs } = await start(
      { 'lamp.ts': LAMP, 'whose.ts': whose },
      { lamp: { class: 'Lamp' }, whose: { class: 'Whose', isolation: 'thread' } },
    );
    const said = (): readonly string[] => logs.map(({ msg }) => msg).filter((msg) => /^o(n|ff): /.test(msg));
    home.setState('binary_sensor.hall', 'on');
    await expect.poll(() => said()).toEqual(['on: app lamp true']);
    home.setState('binary_sensor.hall', 'off');
    await expect.poll(() => said()).toEqual(['on: app lamp true', 'off: self whose true']);
  });

  it('fills in what its app missed, step by step, from the history', async () => {
    const steps = `
      import { App } from 'hassette';
      export class Steps extends App {
        override onInitialize() {
          this.bus.onStateChange('light.hall', { backfill: true }, ({ to, resync, backfill }) =>
            this.logger.info('step ' + [to?.state, resync, backfill].join(' ')));
          this.bus.onDisconnected(() => this.logger.info('gone'));
        }
      }`;
    const { clock, home, logs, connection } = await start(
      { 'steps.ts': steps },
      { steps: { class: 'Steps', isolation: 'thread' } },
    );
    const said = (what: string): readonly string[] => logs.map(({ msg }) => msg).filter((msg) => msg.startsWith(what));
    const restore = home.add(unreachable());
    home.dropConnections();
    await expect.poll(() => said('gone')).toHaveLength(1);
    for (const state of ['on', 'off', 'on']) {
      const atMs = clock.nowMs();
      home.setState('light.hall', state);
      // Two that are written in one moment are one in the history.
      await expect.poll(() => clock.nowMs()).toBeGreaterThan(atMs + 2);
    }
    restore();
    connection.retryNow();
    await expect.poll(() => said('step')).toEqual(['step on true true', 'step off true true', 'step on true false']);
  });

  it('shows an app as failed whose thread ends by itself', async () => {
    const exits = `
      import { App } from 'hassette';
      export class Exits extends App {
        override onInitialize() { this.bus.onStateChange('binary_sensor.hall', () => process.exit(3)); }
      }`;
    const { home, handler } = await start(
      { 'lamp.ts': LAMP, 'exits.ts': exits },
      {
        lamp: { class: 'Lamp' },
        exits: { class: 'Exits', isolation: 'thread' },
      },
    );
    home.setState('binary_sensor.hall', 'on');
    await expect.poll(() => handler.app('exits')?.status).toBe('failed');
    expect(handler.app('exits')?.problem).toMatchObject({
      code: 'APP_THREAD_ENDED',
      message: 'The thread of exits ended: it exited with code 3',
      hint: expect.stringContaining('process.exit'),
    });
    await expect.poll(() => home.state('light.hall')).toBe('on');
    expect((await handler.startApp('exits')).status).toBe('running');
  });

  it('traces what is left behind to its app, and goes on', async () => {
    const leaves = `
      import { App } from 'hassette';
      export class Leaves extends App {
        override onInitialize() {
          this.bus.onStateChange('binary_sensor.hall', { name: 'left' }, () => {
            void Promise.reject(new Error('nobody waits'));
            setTimeout(() => { throw new Error('out of a timer'); }, 1);
          });
        }
      }`;
    const { home, handler, failures } = await start(
      { 'leaves.ts': leaves },
      { leaves: { class: 'Leaves', isolation: 'thread' } },
    );
    home.setState('binary_sensor.hall', 'on');
    await expect.poll(() => failures).toHaveLength(2);
    expect(failures).toMatchObject([
      { app: 'leaves', name: 'left', message: 'nobody waits' },
      { app: 'leaves', name: 'left', message: 'out of a timer' },
    ]);
    expect(handler.app('leaves')?.status).toBe('running');
  });

  it('changes log levels in all threads', async () => {
    const talks = `
      import { App } from 'hassette';
      export class Talks extends App {
        override onInitialize() { this.bus.onStateChange('binary_sensor.hall', (event) => this.logger.debug('heard ' + event.to?.state)); }
      }`;
    const { home, handler, logs } = await start(
      { 'talks.ts': talks },
      {
        far: { class: 'Talks', isolation: 'thread' },
        near: { class: 'Talks' },
      },
    );
    handler.setLogLevel('app', 'debug');
    home.setState('binary_sensor.hall', 'on');
    const heard = () => logs.filter(({ msg }) => msg === 'heard on').map(({ logger }) => logger);
    await expect.poll(() => heard().toSorted()).toEqual(['app.far', 'app.near']);
  });
});

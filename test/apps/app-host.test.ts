import { describe, expect, it } from 'vitest';
import { AppBench } from './app-bench.ts';

const LIGHT = `
import { App, duration, entityId, z } from 'hassette';

const Config = z.object({ motion: entityId('binary_sensor'), light: entityId('light'), offAfter: duration().default('5m') });

export class MotionLight extends App.with(Config) {
  readonly #lamp = this.entity(this.config.light);

  override onInitialize() {
    const { motion, offAfter } = this.config;
    this.bus.onStateChange(motion, { to: 'on', name: 'motion' }, () => this.#lamp.turnOn());
    this.bus.onStateChange(motion, { to: 'off', for: offAfter, name: 'clear' }, this.clear);
  }

  async clear() {
    this.logger.info(\`nobody there at \${this.clock.now().toPlainTime()}\`);
    await this.api.call('light.turn_off', { target: this.config.light });
  }
}
`;

const states = { 'binary_sensor.hall': 'off', 'light.hall': 'off', 'binary_sensor.attic': 'off', 'light.attic': 'off' };
const hall = { motion: 'binary_sensor.hall', light: 'light.hall' };

describe.each(['main', 'thread'] as const)('an app in isolation %s', (isolation) => {
  it('runs on the home, in virtual time', async () => {
    await using bench = await AppBench.start({
      files: { 'motion-light.ts': LIGHT },
      apps: { hall: { class: 'MotionLight', config: hall, isolation } },
      states,
    });
    expect(bench.report('hall')).toMatchObject({
      status: 'running',
      file: 'motion-light.ts',
      home: 'default',
      isolation,
    });
    await bench.set('binary_sensor.hall', 'on');
    expect(bench.home.state('light.hall')).toBe('on');
    await bench.set('binary_sensor.hall', 'off');
    await bench.clock.advanceBy(4 * 60_000);
    expect(bench.home.state('light.hall')).toBe('on');
    await bench.clock.advanceBy(60_000);
    expect(bench.home.state('light.hall')).toBe('off');
    expect(bench.said('hall')).toEqual(['nobody there at 13:05:00']);
    expect(bench.calls()).toEqual(['light.turn_on', 'light.turn_off']);
  });

  it('is one of several of its class, each with its own configuration', async () => {
    await using bench = await AppBench.start({
      files: { 'motion-light.ts': LIGHT },
      apps: {
        hall: { class: 'MotionLight', config: hall, isolation },
        attic: { class: 'MotionLight', config: { motion: 'binary_sensor.attic', light: 'light.attic' } },
      },
      states,
    });
    await bench.set('binary_sensor.attic', 'on');
    expect([bench.home.state('light.hall'), bench.home.state('light.attic')]).toEqual(['off', 'on']);
    const described = await bench.clock.pump(bench.handler.describeApps());
    expect(described.map(({ name, subscriptions }) => [name, subscriptions.length])).toEqual([
      ['hall', 2],
      ['attic', 2],
    ]);
  });

  it('waits for its home, and starts when that is there', async () => {
    await using bench = await AppBench.start({
      files: { 'motion-light.ts': LIGHT },
      apps: { hall: { class: 'MotionLight', config: hall, isolation } },
      states,
      homeIsUp: false,
    });
    expect(bench.report('hall')?.status).toBe('waiting for home');
    bench.home.start();
    await bench.clock.advanceBy(120_000);
    expect(bench.statuses('hall')).toEqual(['loading', 'waiting for home', 'starting', 'running']);
    await bench.set('binary_sensor.hall', 'on');
    expect(bench.home.state('light.hall')).toBe('on');
  });

  it('runs its hooks in order, and the shutdown hooks may still call', async () => {
    await using bench = await AppBench.start({
      files: {
        'hooked.ts': `
          import { App } from 'hassette';
          export class Hooked extends App {
            override beforeInitialize() { this.logger.info('beforeInitialize'); }
            override async onInitialize() { await this.tasks.sleep('2s'); this.logger.info('onInitialize'); }
            override afterInitialize() { this.logger.info('afterInitialize'); }
            override beforeShutdown() { this.logger.info('beforeShutdown ' + this.signal.aborted); }
            override async onShutdown() { await this.api.call('light.turn_off', { target: 'light.hall' }); this.logger.info('onShutdown'); }
            override afterShutdown() { this.logger.info('afterShutdown'); }
          }`,
      },
      apps: { hooked: { class: 'Hooked', isolation } },
      states: { 'light.hall': 'on' },
    });
    await bench.stop();
    expect(bench.said('hooked')).toEqual([
      'beforeInitialize',
      'onInitialize',
      'afterInitialize',
      'beforeShutdown true',
      'onShutdown',
      'afterShutdown',
    ]);
    expect(bench.home.state('light.hall')).toBe('off');
    expect(bench.statuses('hooked')).toEqual(['loading', 'starting', 'running', 'stopping', 'stopped']);
  });

  it('lets what runs end, for four seconds, and then calls it off', async () => {
    await using bench = await AppBench.start({
      files: {
        'slow.ts': `
          import { App } from 'hassette';
          export class Slow extends App {
            override onInitialize() {
              this.bus.onStateChange('light.hall', { mode: 'parallel' }, async (event) => {
                await this.tasks.sleep(event.to?.state === 'on' ? '3s' : '9s');
                this.logger.info('ended ' + event.to?.state);
              });
              this.tasks.spawn('forever', async () => { await this.tasks.sleep('9h'); this.logger.info('never'); });
            }
            override onShutdown() { this.logger.info('onShutdown'); }
          }`,
      },
      apps: { slow: { class: 'Slow', isolation } },
      states: { 'light.hall': 'off' },
    });
    await bench.set('light.hall', 'on');
    await bench.set('light.hall', 'off');
    const stoppedAt = bench.clock.nowMs();
    await bench.clock.pump(bench.handler.stopApp('slow'));
    expect(bench.said('slow')).toEqual([
      'ended on',
      expect.stringMatching(/^called off after 4s, since slow stops: handler ".*" of slow$/),
      'onShutdown',
    ]);
    expect(bench.clock.nowMs() - stoppedAt).toBe(4000);
  });

  it('gives the shutdown hooks three seconds, all together', async () => {
    await using bench = await AppBench.start({
      files: {
        'slow.ts': `
          import { App } from 'hassette';
          export class Slow extends App {
            override async beforeShutdown() { await this.tasks.sleep('2s'); this.logger.info('beforeShutdown'); }
            override async onShutdown() { await this.tasks.sleep('2s'); this.logger.info('never'); }
            override afterShutdown() { this.logger.info('never'); }
          }`,
      },
      apps: { slow: { class: 'Slow', isolation } },
    });
    await bench.stop();
    expect(bench.said('slow')).toEqual([
      'beforeShutdown',
      'afterShutdown of slow did not run: the time for shutdown hooks was spent',
    ]);
    expect(bench.failures).toMatchObject([{ app: 'slow', kind: 'hook', name: 'onShutdown' }]);
  });

  it('is failed, with what to do, where a start hook throws, and all it had registered is gone', async () => {
    await using bench = await AppBench.start({
      files: {
        'bad.ts': `import { App } from 'hassette';

export class Bad extends App {
  override onInitialize() {
    this.bus.onStateChange('light.hall', () => this.logger.info('never'));
    throw new Error('no good');
  }
}`,
        'motion-light.ts': LIGHT,
      },
      apps: { bad: { class: 'Bad', isolation }, hall: { class: 'MotionLight', config: hall, isolation } },
      states,
    });
    expect(bench.report('bad')).toMatchObject({
      status: 'failed',
      problem: {
        code: 'APP_START_FAILED',
        message: 'onInitialize failed: no good',
        hint: expect.stringContaining('bad.ts'),
      },
    });
    expect(bench.report('hall')?.status).toBe('running');
    await bench.set('light.hall', 'on');
    expect(bench.said('bad')).toEqual([]);
    const [described] = await bench.clock.pump(bench.handler.describeApps());
    expect(described).toMatchObject({ name: 'bad', subscriptions: [] });
  });

  it('is failed where a start hook takes too long', async () => {
    await using bench = await AppBench.start({
      files: {
        'slow.ts': `
          import { App } from 'hassette';
          export class Slow extends App { override async onInitialize() { await this.tasks.sleep('1h'); } }`,
      },
      apps: { slow: { class: 'Slow', isolation } },
    });
    expect(bench.report('slow')).toMatchObject({ status: 'failed', problem: { code: 'TIMED_OUT' } });
    expect(bench.said('slow')).toEqual(['onInitialize of slow takes long: it is given up after 30s']);
  });

  it('is failed, with what to do, where its class cannot be loaded', async () => {
    await using bench = await AppBench.start({
      files: { 'motion-light.ts': LIGHT, 'broken.ts': 'export class Broken extends {' },
      apps: { app: { class: 'Broken', isolation }, hall: { class: 'MotionLight', config: hall } },
      states,
    });
    expect(bench.report('app')).toMatchObject({
      status: 'failed',
      isolation,
      problem: { code: 'APP_SYNTAX', message: expect.stringContaining('broken.ts:1:') },
    });
    expect(bench.report('hall')?.status).toBe('running');
  });

  it('tells failures of handlers with the line of the TypeScript source, and gives them to onError', async () => {
    await using bench = await AppBench.start({
      files: {
        'throws.ts': `import { App, type Failure } from 'hassette';

enum Padding { One, Two, Three }

export class Throws extends App {
  override onInitialize() {
    this.bus.onStateChange('light.hall', { name: 'lamp' }, () => {
      throw new Error('handler ' + Padding.One);
    });
  }

  override onError(failure: Failure) {
    this.logger.info('told of ' + failure.name);
  }
}`,
      },
      apps: { throws: { class: 'Throws', isolation } },
      states: { 'light.hall': 'off' },
    });
    await bench.set('light.hall', 'on');
    expect(bench.failures).toMatchObject([{ app: 'throws', kind: 'handler', name: 'lamp', message: 'handler 0' }]);
    expect(bench.said('throws')).toEqual(['told of lamp']);
    // vitest formats stacks by itself in this thread; in one of its own the platform does.
    if (isolation === 'thread') expect(bench.failures[0]?.at).toBe(`${bench.folder.path}/throws.ts:8:13`);
  });

  it('gives failures of jobs and tasks to onError, too', async () => {
    await using bench = await AppBench.start({
      files: {
        'throws.ts': `import { App, type Failure } from 'hassette';

export class Throws extends App {
  override onInitialize() {
    this.scheduler.runIn('1s', { name: 'clean up' }, () => { throw new Error('of a job'); });
    this.tasks.spawn('fade', async () => {
      await this.tasks.sleep('2s');
      throw new Error('of a task');
    });
  }

  override onError(failure: Failure) {
    this.logger.info('told of ' + failure.kind + ' ' + failure.name);
  }
}`,
      },
      apps: { throws: { class: 'Throws', isolation } },
    });
    await bench.clock.advanceBy(3000);
    expect(bench.said('throws')).toEqual(['told of job clean up', 'told of task fade']);
  });

  it('hears what apps elsewhere emit, and is heard there', async () => {
    await using bench = await AppBench.start({
      files: {
        'talk.ts': `
          import { App } from 'hassette';
          export class Talks extends App {
            override onInitialize() {
              this.bus.on('garage.*', (event) => {
                this.logger.info(event.topic + ' from ' + event.from + ' ' + JSON.stringify(event.data));
                if (event.topic === 'garage.asked' && this.name === 'second') this.bus.emit('garage.answered', { by: this.name });
              });
            }
            override afterInitialize() {
              if (this.name === 'first') this.scheduler.runIn('1m', () => this.bus.emit('garage.asked', { n: 1 }));
            }
          }`,
      },
      apps: { first: { class: 'Talks' }, second: { class: 'Talks', isolation } },
    });
    await bench.clock.advanceBy(60_000);
    const heard = ['garage.asked from first {"n":1}', 'garage.answered from second {"by":"second"}'];
    expect(bench.said('first')).toEqual(heard);
    expect(bench.said('second')).toEqual(heard);
  });

  it('is told where what it emits cannot be brought to other threads', async () => {
    await using bench = await AppBench.start({
      files: {
        'talk.ts': `
          import { App } from 'hassette';
          export class Talks extends App {
            override onInitialize() { this.scheduler.runIn('1m', () => this.bus.emit('said', { how: () => 'loudly' })); }
          }`,
      },
      apps: { near: { class: 'Talks', isolation }, far: { class: 'Talks', isolation: 'thread' } },
    });
    await bench.clock.advanceBy(60_000);
    const warnings = bench.logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    expect(warnings).toContain('what near emitted under "said" reaches no app in another thread: give plain data');
    expect(bench.failures).toEqual([]);
  });

  it('is stopped, and started anew, by name', async () => {
    await using bench = await AppBench.start({
      files: { 'motion-light.ts': LIGHT },
      apps: { hall: { class: 'MotionLight', config: hall, isolation } },
      states,
    });
    await bench.clock.pump(bench.handler.stopApp('hall'));
    await bench.set('binary_sensor.hall', 'on');
    expect(bench.home.state('light.hall')).toBe('off');
    expect((await bench.clock.pump(bench.handler.startApp('hall'))).status).toBe('running');
    await bench.set('binary_sensor.hall', 'off');
    await bench.set('binary_sensor.hall', 'on');
    expect(bench.home.state('light.hall')).toBe('on');
  });

  it('cannot change anything once it has stopped', async () => {
    await using bench = await AppBench.start({
      files: {
        'leftover.ts': `
          import { App } from 'hassette';
          export class Leftover extends App {
            override onInitialize() {
              const { api, logger } = this;
              this.signal.addEventListener('abort', () => setTimeout(() => {
                api.call('light.turn_on', { target: 'light.hall' }).catch((error) => logger.info(error.code));
              }, 0));
            }
          }`,
      },
      apps: { leftover: { class: 'Leftover', isolation } },
      states: { 'light.hall': 'off' },
    });
    if (isolation === 'main') {
      await bench.clock.pump(bench.handler.stopApp('leftover'));
      await expect.poll(() => bench.said('leftover')).toEqual(['CANCELLED']);
    } else {
      await bench.stop();
    }
    expect(bench.home.state('light.hall')).toBe('off');
  });
});

describe('an app that cannot start', () => {
  it.each([
    ['an unknown class', { class: 'MotionLigth' }, 'APP_CLASS_UNKNOWN', 'Did you mean "MotionLight"?'],
    ['a file that throws', { class: 'Throws' }, 'APP_FILE_BROKEN', 'RangeError: at the top'],
    ['a constructor that throws', { class: 'Built' }, 'APP_START_FAILED', 'constructor failed: in a field'],
    [
      'a wrong configuration',
      { class: 'MotionLight', config: { light: 'switch.a' } },
      'APP_CONFIG_INVALID',
      'apps.app.config.light: found "switch.a"',
    ],
    ['a wrong default', { class: 'WrongDefault' }, 'APP_SCHEMA_INVALID', 'The default "soon" of "after"'],
    [
      'a home that is not configured',
      { class: 'MotionLight', config: hall, home: 'defualt' },
      'HOME_UNKNOWN',
      'did you mean "default"?',
    ],
  ])('is failed, with what to do, for %s', async (_what, settings, code, message) => {
    await using bench = await AppBench.start({
      files: {
        'motion-light.ts': LIGHT,
        'throws.ts': `import { App } from 'hassette'; export class Throws extends App {} throw new RangeError('at the top');`,
        'built.ts': `import { App } from 'hassette'; export class Built extends App { lamp = (() => { throw new Error('in a field'); })(); }`,
        'wrong-default.ts': `import { App, duration, z } from 'hassette'; export class WrongDefault extends App.with(z.object({ after: duration().default('soon') })) {}`,
      },
      apps: { app: settings, hall: { class: 'MotionLight', config: hall } },
      states,
    });
    expect(bench.report('app')).toMatchObject({
      status: 'failed',
      problem: { code, message: expect.stringContaining(message), hint: expect.any(String) },
    });
    expect(bench.report('hall')?.status).toBe('running');
  });
});

import { describe, expect, it } from 'vitest';
import {
  type AppMethodDecorator,
  App,
  duration,
  entityId,
  type JobRun,
  on,
  onAttributeChange,
  onAvailable,
  onCallService,
  onEvent,
  onStateChange,
  onUnavailable,
  runDaily,
  runEvery,
  runIn,
  type StateChangeEvent,
  type TopicEvent,
  z,
} from 'hassette';
import { registerDecorated } from '../../src/apps/decoration.ts';
import { AppBench } from './app-bench.ts';

declare module 'hassette' {
  interface Topics {
    'test.rung': { readonly times: number };
  }
}

const Config = z.object({ motion: entityId('binary_sensor'), every: duration().default('5m') });

class Decorated extends App.with(Config) {
  @onStateChange((app: Decorated) => app.config.motion, { to: 'on' })
  motion(event: StateChangeEvent<'binary_sensor', { to: 'on' }>) {
    return event.to.state;
  }

  @onStateChange(['light.hall', 'light.attic'])
  lights(event: StateChangeEvent<'light'>) {
    return event.entityId;
  }

  @runDaily('23:30', { name: 'lights-out' })
  lightsOut(run: JobRun) {
    return run.job.name;
  }

  @runEvery((app: Decorated) => app.config.every)
  often() {}

  @on('test.rung')
  rung(event: TopicEvent<'test.rung'>) {
    return event.data.times;
  }

  @onEvent('zha_event', { data: { command: 'toggle' } })
  @onCallService('light.turn_on')
  both() {}

  @onUnavailable('sensor.freezer', { for: '1h' })
  @onAvailable('sensor.freezer')
  @onAttributeChange('climate.hall', 'current_temperature')
  @runIn('10s')
  rest() {}
}

class Mistaken extends App {
  // @ts-expect-error A light is never onn.
  @onStateChange('light.kitchen', { to: 'onn' })
  state() {}

  // @ts-expect-error That is the event of another domain.
  @onStateChange('light.kitchen', { to: 'on' })
  domain(event: StateChangeEvent<'climate'>) {
    return event;
  }

  // @ts-expect-error This class has no such configuration.
  @onStateChange((app: Decorated) => app.config.motion)
  app() {}

  // @ts-expect-error There is no option nam.
  @runDaily('23:30', { nam: 'x' })
  option() {}

  // @ts-expect-error A job's run is no change of a state.
  @runDaily('23:30')
  run(event: StateChangeEvent<'light'>) {
    return event;
  }
}

interface Registered {
  readonly door: string;
  readonly args: readonly unknown[];
}

/** What a class's decorators register on a bus and a scheduler that only take note. */
function registeredBy(app: object): readonly Registered[] {
  const registered: Registered[] = [];
  const member = new Proxy(
    {},
    {
      get:
        (_target, door) =>
        (...args: unknown[]) =>
          registered.push({ door: String(door), args }),
    },
  );
  Object.defineProperties(app, { bus: { value: member }, scheduler: { value: member } });
  registerDecorated(app);
  return registered;
}

function namesOf(registered: readonly Registered[]): readonly unknown[] {
  return registered.map(({ door, args }) => [door, ...args.filter((arg) => typeof arg !== 'function')]);
}

describe('decorators', () => {
  it('register the method, under its name and with the options given, when the app starts', () => {
    const app = new Decorated();
    Object.defineProperty(app, 'config', { value: { motion: 'binary_sensor.hall', every: '7m' } });
    expect(namesOf(registeredBy(app))).toEqual([
      ['onStateChange', 'binary_sensor.hall', { name: 'motion', to: 'on' }],
      ['onStateChange', ['light.hall', 'light.attic'], { name: 'lights' }],
      ['runDaily', '23:30', { name: 'lights-out' }],
      ['runEvery', '7m', { name: 'often' }],
      ['on', 'test.rung', { name: 'rung' }],
      ['onCallService', 'light.turn_on', { name: 'both' }],
      ['onEvent', 'zha_event', { name: 'both', data: { command: 'toggle' } }],
      ['runIn', '10s', { name: 'rest' }],
      ['onAttributeChange', 'climate.hall', 'current_temperature', { name: 'rest' }],
      ['onAvailable', 'sensor.freezer', { name: 'rest' }],
      ['onUnavailable', 'sensor.freezer', { name: 'rest', for: '1h' }],
    ]);
  });

  it('are inherited, and call what overrides the method', () => {
    class Base extends App {
      @runDaily('07:00')
      morning(): string {
        return 'base';
      }

      @runDaily('22:00')
      evening() {}
    }
    class Below extends Base {
      override morning() {
        return `below, ${super.morning()}`;
      }

      @runDaily('23:00')
      override evening() {}
    }
    const registered = registeredBy(new Below());
    expect(namesOf(registered)).toEqual([
      ['runDaily', '07:00', { name: 'morning' }],
      ['runDaily', '23:00', { name: 'evening' }],
    ]);
    const handler = registered[0]?.args.at(-1);
    expect(typeof handler === 'function' ? handler() : undefined).toBe('below, base');
  });

  it('reach private methods', () => {
    class Private extends App {
      readonly said: string[] = [];

      @runDaily('07:00')
      #morning() {
        this.said.push('morning');
      }

      touch() {
        return this.#morning;
      }
    }
    const app = new Private();
    const [morning] = registeredBy(app);
    const handler = morning?.args.at(-1);
    if (typeof handler === 'function') handler();
    expect(app.said).toEqual(['morning']);
  });

  it('stand before methods only', () => {
    const daily: unknown = runDaily('07:00');
    expect(() => {
      class Static extends App {
        @(daily as AppMethodDecorator<never, never>)
        static morning() {}
      }
      return Static;
    }).toThrow('@runDaily stands before static method "morning"');
  });

  it('are checked by the compiler', () => {
    expect(Mistaken.name).toBe('Mistaken');
  });

  it.each(['main', 'thread'] as const)('work in apps of the folder, in isolation %s', async (isolation) => {
    await using bench = await AppBench.start({
      files: {
        'hall.ts': `
          import { App, entityId, onStateChange, runEvery, type StateChangeEvent, z } from 'hassette';
          const Config = z.object({ motion: entityId('binary_sensor'), light: entityId('light') });
          export class Hall extends App.with(Config) {
            @onStateChange((app: Hall) => app.config.motion, { to: 'on' })
            lightOn(event: StateChangeEvent<'binary_sensor'>) {
              this.logger.info(event.entityId);
              return this.entity(this.config.light).turnOn();
            }
            @runEvery('1m') #tick() { this.logger.info('tick'); }
          }`,
      },
      apps: { hall: { class: 'Hall', config: { motion: 'binary_sensor.hall', light: 'light.hall' }, isolation } },
      states: { 'binary_sensor.hall': 'off', 'light.hall': 'off' },
    });
    await bench.set('binary_sensor.hall', 'on');
    await bench.clock.advanceBy(60_000);
    expect(bench.said('hall')).toEqual(['binary_sensor.hall', 'tick']);
    expect(bench.home.state('light.hall')).toBe('on');
  });
});

import { describe, expect, it } from 'vitest';
import { App, type Rule } from 'hassette';
import { runApp } from 'hassette/testing';
import type { LogRecord } from '../../src/kernel/logging.ts';

const MOTION = 'binary_sensor.hallway';
const LUX = 'sensor.lux';
const LIGHT = 'light.hallway';

const errors = ({ logs }: { readonly logs: readonly LogRecord[] }): string[] =>
  logs.filter(({ level }) => level === 'error').map(({ msg }) => msg);

class Hallway extends App {
  rule = this.whenever(
    () => this.states.is('binary_sensor.hallway', 'on') && this.states.below('sensor.lux', 40, { hysteresis: 5 }),
    {
      name: 'hallway',
      enter: () => this.entity('light.hallway').turnOn(),
      exit: () => this.entity('light.hallway').turnOff(),
      hold: { exit: '3m' },
    },
  );
}

const dark = { [MOTION]: 'off', [LUX]: '20', [LIGHT]: 'off' };

describe('a rule', () => {
  it('enters when its condition becomes true, and exits once it has been false for as long as it has to be', async () => {
    await using t = await runApp(Hallway, { home: dark });
    expect(t.app.rule.phase).toBe('off');
    await t.set(MOTION, 'on');
    expect(t.state(LIGHT)).toBe('on');
    await t.set(MOTION, 'off');
    await t.advance('2m59s');
    expect(t.state(LIGHT)).toBe('on');
    expect(t.app.rule.phase).toBe('on');
    await t.advance('1s');
    expect(t.state(LIGHT)).toBe('off');
    expect(t.failures).toEqual([]);
  });

  it('runs nothing that was due when its condition is true again before', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'off');
    await t.advance('2m');
    await t.set(MOTION, 'on');
    await t.advance('10m');
    expect(t.calls()).toHaveLength(1);
  });

  it('keeps a number that wavers about its limit from switching it', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    for (const lux of [41, 44.9, 39, 44]) await t.set(LUX, lux);
    expect(t.app.rule.explain().hold).toBeUndefined();
    await t.set(LUX, 45);
    expect(t.app.rule.explain().hold).toMatchObject({ to: 'off' });
    await t.set(LUX, 41);
    await t.advance('3m');
    expect(t.app.rule.phase).toBe('off');
    await t.set(LUX, 39.9);
    expect(t.app.rule.phase).toBe('on');
  });

  it('stays as it is while something that it looks at is unavailable', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'unavailable');
    await t.advance('1h');
    expect(t.state(LIGHT)).toBe('on');
    expect(t.app.rule.explain().suspended).toBe('binary_sensor.hallway is unavailable');
    await t.set(MOTION, 'off');
    await t.advance('3m');
    expect(t.state(LIGHT)).toBe('off');
  });

  it('says why it is as it is', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.advance('1m');
    await t.set(LUX, 100);
    const why = t.app.rule.explain();
    expect(why).toMatchObject({
      name: 'hallway',
      phase: 'on',
      holds: false,
      reads: [
        { what: 'binary_sensor.hallway is on', value: 'on' },
        { what: 'sensor.lux is below 40 (hysteresis 5)', value: '100' },
      ],
      hold: { to: 'off' },
    });
    expect(String(why)).toMatchInlineSnapshot(
      `"Rule "hallway" is on since 2026-01-15 12:00:00. Its condition is false: binary_sensor.hallway is on ("on"), sensor.lux is below 40 (hysteresis 5) ("100"). It goes off at 2026-01-15 12:04:00 if that lasts, as it has since 2026-01-15 12:01:00."`,
    );
  });
});

describe('a rule that is started again', () => {
  it('runs nothing where its phase is what it was', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.restart({ down: '10m' });
    expect(t.app.rule.phase).toBe('on');
    expect(t.calls()).toHaveLength(1);
  });

  it('goes over the edge that it has missed, when what led there has lasted', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.stop();
    await t.set(MOTION, 'off');
    await t.advance('2m');
    await t.start();
    expect(t.state(LIGHT)).toBe('on');
    await t.advance('1m');
    expect(t.state(LIGHT)).toBe('off');
  });

  it('keeps a hold over a restart of both the daemon and Home Assistant', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.stop();
    t.home.restart();
    await t.advance('1m');
    await t.start();
    await t.advance('59s');
    expect(t.state(LIGHT)).toBe('on');
    await t.advance('1s');
    expect(t.state(LIGHT)).toBe('off');
  });

  it('counts anew what has been otherwise while nobody looked', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.stop();
    await t.advance('10s');
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'off');
    await t.start();
    await t.advance('2m59s');
    expect(t.state(LIGHT)).toBe('on');
    await t.advance('1s');
    expect(t.state(LIGHT)).toBe('off');
  });

  it('is on time though its sensor is dead by then', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'off');
    await t.set(MOTION, 'unavailable');
    await t.restart({ down: '1m' });
    await t.advance('2m');
    expect(t.state(LIGHT)).toBe('off');
  });

  it('enters where it was never started before and its condition is true, and does nothing where it is not', async () => {
    await using t = await runApp(Hallway, { home: { ...dark, [MOTION]: 'on' } });
    expect(t.state(LIGHT)).toBe('on');
    await using idle = await runApp(Hallway, { home: { ...dark, [LIGHT]: 'on' } });
    await idle.advance('1h');
    expect(idle.calls()).toEqual([]);
  });

  it('runs an edge again that was called off in the middle', async () => {
    class Slow extends App {
      rule = this.whenever(() => this.states.is('binary_sensor.hallway', 'on'), {
        enter: async () => {
          await this.tasks.sleep('1m');
          await this.entity('light.hallway').turnOn();
        },
      });
    }
    await using t = await runApp(Slow, { home: dark });
    await t.set(MOTION, 'on');
    await t.restart();
    await t.advance('1m');
    expect(t.calls('light.turn_on')).toHaveLength(1);
  });
});

describe('the edges of a rule', () => {
  class Watering extends App {
    readonly log: string[] = [];
    rule = this.whenever(() => this.states.is('binary_sensor.hallway', 'on'), {
      enter: async ({ signal }) => this.#take('enter', signal),
      exit: async ({ signal }) => this.#take('exit', signal),
    });
    async #take(what: string, signal: AbortSignal): Promise<void> {
      this.log.push(`${what}…`);
      await this.tasks.sleep('10s');
      this.log.push(`…${what} ${String(signal.aborted)}`);
    }
  }

  it('never overlap, and of what happens meanwhile only the latest is run', async () => {
    await using t = await runApp(Watering, { home: dark });
    for (const state of ['on', 'off', 'on', 'off', 'on', 'off']) await t.set(MOTION, state);
    await t.advance('1m');
    expect(t.app.log).toEqual(['enter…', '…enter false', 'exit…', '…exit false']);
    for (const state of ['on', 'off', 'on']) await t.set(MOTION, state);
    await t.advance('1m');
    expect(t.app.log.slice(4)).toEqual(['enter…', '…enter false']);
  });

  it('are runs like any other: failures are told, time limits hold, and the app is `this`', async () => {
    class Failing extends App {
      readonly told: string[] = [];
      rule = this.whenever(() => this.states.is('binary_sensor.hallway', 'on'), {
        name: 'bad',
        enter() {
          throw new Error('no bulb');
        },
        exit: this.leave,
        timeout: '5s',
      });
      async leave(): Promise<void> {
        this.told.push('left');
        await this.tasks.sleep('1m');
      }
      override onError({ error }: { readonly error: unknown }): void {
        this.told.push(String(error));
      }
    }
    await using t = await runApp(Failing, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'off');
    await t.advance('10s');
    expect(t.app.told).toEqual([
      'Error: no bulb',
      'left',
      expect.stringContaining('handler "bad" of failing took longer than its time limit of 5 s'),
    ]);
    expect(t.app.rule.phase).toBe('off');
  });

  it('are none once the rule is cancelled or disposed of', async () => {
    await using t = await runApp(Hallway, { home: dark });
    {
      using rule = t.app.rule;
      expect(rule.active).toBe(true);
    }
    expect(t.app.rule.active).toBe(false);
    await t.set(MOTION, 'on');
    await t.advance('1h');
    expect(t.calls()).toEqual([]);
  });
});

describe('the condition of a rule', () => {
  it('is asked once for a change, however much of it has changed, and not for what changes nothing', async () => {
    await using t = await runApp(Hallway, { home: dark });
    const asked = (): number => t.app.rule.explain().evaluations;
    expect(asked()).toBe(1);
    await t.set(LUX, 10);
    expect(asked()).toBe(1);
    await t.set(MOTION, 'on');
    expect(asked()).toBe(2);
    for (const lux of [11, 12, 30]) await t.set(LUX, lux);
    await t.set(MOTION, 'on', { battery: 4 });
    await t.set('sensor.other', 1);
    expect(asked()).toBe(2);
    await t.set(LUX, 90);
    expect(asked()).toBe(3);
  });

  it('is refused where it is asynchronous, acts, or asks what time it is', async () => {
    class Wrong extends App {
      readonly rules = [
        // @ts-expect-error -- a promise is neither true nor false
        this.whenever(async () => this.states.is('light.hallway', 'on'), { name: 'waits' }),
        this.whenever(() => this.entity('light.hallway').turnOn() !== undefined, { name: 'acts' }),
        this.whenever(() => this.clock.now().hour > 12, { name: 'asks the time' }),
        this.whenever(() => this.scheduler.runIn('1m', () => undefined).name !== '', { name: 'plans' }),
      ];
    }
    await using t = await runApp(Wrong, { home: dark });
    expect(errors(t).map((text) => text.replace(/ \(.*/, ''))).toEqual([
      'handler "waits" of wrong failed: the condition of rule "waits" is asynchronous, so it cannot say whether it holds',
      'handler "acts" of wrong failed: api.call(\'light.turn_on\') was tried in the condition of rule "acts"',
      'handler "asks the time" of wrong failed: clock.now() was tried in the condition of rule "asks the time"',
      'handler "plans" of wrong failed: scheduler.runIn was tried in the condition of rule "plans"',
    ]);
    expect(t.calls()).toEqual([]);
    expect(t.app.rules.map(({ phase }) => phase)).toEqual([undefined, undefined, undefined, undefined]);
    expect(new Set(t.logs.filter(({ level }) => level === 'error').map((line) => line['input']))).toEqual(
      new Set(['its condition was asked']),
    );
  });

  it('that throws leaves the rule as it is, is told once, and is asked again when it may do better', async () => {
    class Throws extends App {
      rule = this.whenever(
        () => {
          if (this.states.is('light.hallway', 'off')) throw new Error(`cannot say`);
          return this.states.is('binary_sensor.hallway', 'on');
        },
        { enter: () => this.api.call('light.toggle', { target: 'light.hallway' }) },
      );
    }
    await using t = await runApp(Throws, { home: dark });
    await t.set(LIGHT, 'on');
    await t.set(LIGHT, 'off');
    await t.set(MOTION, 'on');
    expect(errors(t)).toHaveLength(2);
    expect(t.app.rule.phase).toBe('off');
    await t.set(LIGHT, 'on');
    expect(t.app.rule.phase).toBe('on');
  });

  it('that looks at an entity which the home has not says so once, and waits', async () => {
    class Slip extends App {
      rule = this.whenever(() => this.states.is('binary_sensor.halway', 'on'), {});
    }
    await using t = await runApp(Slip, { home: dark });
    expect(t.logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      'rule "rule" waits, since home "default" has no entity "binary_sensor.halway". Did you mean "binary_sensor.hallway"?',
    ]);
    expect(t.app.rule.phase).toBeUndefined();
    await t.set('binary_sensor.halway', 'on');
    expect(t.app.rule.phase).toBe('on');
  });

  it('may look at other rules, which have their say first', async () => {
    class Rooms extends App {
      readonly seen: string[] = [];
      dark = this.whenever(() => this.states.below('sensor.lux', 40), { name: 'dark' });
      lit = this.whenever(() => this.states.is('binary_sensor.hallway', 'on') && this.dark.phase === 'on', {
        name: 'lit',
        enter: () => this.seen.push('enter'),
        exit: () => this.seen.push('exit'),
      });
    }
    await using t = await runApp(Rooms, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(LUX, 50);
    await t.set(LUX, 30);
    expect(t.app.seen).toEqual(['enter', 'exit', 'enter']);
  });

  it('that is made to say the opposite by what it says comes to rest', async () => {
    class Circle extends App {
      a: Rule = this.whenever(() => this.b.phase !== 'on', { name: 'a' });
      b: Rule = this.whenever(() => this.a.phase === 'on', { name: 'b' });
    }
    await using t = await runApp(Circle, { home: dark });
    expect(errors(t)).toContainEqual(expect.stringMatching(/Rule "[ab]" has changed 100 times within a second/));
  });

  it('is asked again at the times of day that it names', async () => {
    class Night extends App {
      readonly seen: string[] = [];
      rule = this.whenever(() => this.clock.isBetween('22:00', '06:00'), {
        enter: () => this.seen.push(`enter ${this.clock.now().toPlainTime().toString()}`),
        exit: () => this.seen.push(`exit ${this.clock.now().toPlainTime().toString()}`),
      });
    }
    await using t = await runApp(Night, { home: dark, now: '2026-03-28T12:00[Europe/Berlin]' });
    expect(t.app.rule.explain().nextTime?.toString()).toBe('2026-03-28T21:00:00Z');
    await t.advance('2d');
    expect(t.app.seen).toEqual(['enter 22:00:00', 'exit 06:00:00', 'enter 22:00:00', 'exit 06:00:00']);
    expect(t.app.rule.explain().evaluations).toBe(5);
  });
});

describe('a rule that looks at the sun', () => {
  class Porch extends App {
    readonly seen: string[] = [];
    readonly #note = (what: string): void => {
      this.seen.push(`${what} ${this.clock.now().toPlainTime().toString({ smallestUnit: 'minute' })}`);
    };
    rule = this.whenever(() => !this.sun.isUp(), { enter: () => this.#note('dark'), exit: () => this.#note('light') });
  }

  it('is asked when it rises and sets, and at no other time', async () => {
    await using t = await runApp(Porch, { home: {}, now: '2026-06-20T12:00[Europe/Amsterdam]' });
    await t.advance('2d');
    const at = (event: 'sunrise' | 'sunset', day: string): string | undefined =>
      t.app.sun.times(Temporal.PlainDate.from(day))[event]?.toPlainTime().toString({ smallestUnit: 'minute' });
    expect(t.app.seen).toEqual([
      `dark ${at('sunset', '2026-06-20')}`,
      `light ${at('sunrise', '2026-06-21')}`,
      `dark ${at('sunset', '2026-06-21')}`,
      `light ${at('sunrise', '2026-06-22')}`,
    ]);
    expect(t.app.rule.explain().evaluations).toBe(5);
  });
});

describe('the doors of rules', () => {
  const refused = async (register: (app: App) => unknown): Promise<string> => {
    class Wrong extends App {
      override onInitialize() {
        register(this);
      }
    }
    const failure = await runApp(Wrong, { home: dark }).then(
      () => 'started',
      (error: unknown) => String(error),
    );
    return failure;
  };

  it.each<[string, (app: App) => unknown, string]>([
    ['no condition', (app) => app.whenever(undefined as never, {}), 'whenever was given no condition'],
    ['an unknown option', (app) => app.whenever(() => true, { for: '3m' } as never), 'has no option "for"'],
    [
      'a hold of something else',
      (app) => app.whenever(() => true, { hold: { enter: '1m', exti: '3m' } as never }),
      'has no "exti"',
    ],
    [
      'a hold of nothing that it knows',
      (app) => app.whenever(() => true, { hold: { entr: '1m' } as never }),
      'has no "entr"',
    ],
    ['a hold that is none', (app) => app.whenever(() => true, { hold: 'soon' }), 'is not a duration'],
    ['a negative hold', (app) => app.whenever(() => true, { hold: { exit: '-3m' } }), 'which is negative'],
    [
      'an edge that is no function',
      (app) => app.whenever(() => true, { enter: 'on' as never }),
      'has to be a function',
    ],
    ['an empty name', (app) => app.whenever(() => true, { name: ' ' }), 'a text that is not empty'],
    [
      'a second rule without a name',
      (app) => [app.whenever(() => true, {}), app.whenever(() => true, {})],
      'A second rule of the app was given no name',
    ],
    [
      'a second rule where the first has no name',
      (app) => [app.whenever(() => true, {}), app.whenever(() => true, { name: 'b' })],
      'the first was given no name',
    ],
    [
      'the same name twice',
      (app) => [app.whenever(() => true, { name: 'a' }), app.whenever(() => true, { name: 'a' })],
      'The app has a rule "a" already',
    ],
  ])('refuse %s', async (_what, register, message) => {
    expect(await refused(register)).toContain(message);
  });
});

describe('a clock that is set', () => {
  const LAMP = 'light.lamp';

  class Lasting extends App {
    readonly log: string[] = [];
    readonly machine1 = this.machine({
      name: 'lamp',
      initial: 'off',
      states: {
        off: { when: { on: () => this.states.is(LAMP, 'on') } },
        on: { after: { old: '30s' }, when: { held: { if: () => this.states.is(LAMP, 'on'), for: '20s' } } },
        held: { after: { old: '10s' } },
        old: {},
      },
      onChange: ({ to }) => this.log.push(to),
    });

    override onInitialize() {
      const enter = () => this.log.push('lasted');
      this.whenever(() => this.states.is(LAMP, 'on'), { name: 'lasting', hold: { enter: '30s' }, enter });
    }
  }

  it.each(['1h', '-1h'] as const)('by %s neither ends nor prolongs what has to last', async (by) => {
    await using t = await runApp(Lasting, { home: { [LAMP]: 'off' } });
    await t.set(LAMP, 'on');
    await t.advance('10s');
    await t.stepClock(by);
    await t.advance('9s');
    expect(t.app.log).toEqual(['off', 'on']);
    await t.advance('1s');
    expect(t.app.log).toEqual(['off', 'on', 'held']);
    await t.advance('9s');
    expect(t.app.log).toHaveLength(3);
    await t.advance('1s');
    expect(t.app.log.toSorted()).toEqual(['held', 'lasted', 'off', 'old', 'on']);
    await t.advance('2h');
    expect(t.app.log).toHaveLength(5);
  });
});

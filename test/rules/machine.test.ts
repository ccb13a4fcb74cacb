import { describe, expect, it } from 'vitest';
import { App, z } from 'hassette';
import { runApp } from 'hassette/testing';

const POWER = 'sensor.washer_power';
const DOOR = 'binary_sensor.washer_door';

class Washer extends App {
  readonly log: string[] = [];
  readonly washer = this.machine({
    name: 'washer',
    initial: 'idle',
    states: {
      idle: { when: { running: () => this.states.above('sensor.washer_power', 10) } },
      running: {
        when: { done: { if: () => this.states.below('sensor.washer_power', 4), for: '2m' } },
        exit: ({ to }) => this.log.push(`ran, now ${to}`),
      },
      done: {
        enter: ({ from, firedAt }) => this.log.push(`done after ${from ?? 'nothing'} at ${firedAt.toString()}`),
        when: { idle: () => this.states.is('binary_sensor.washer_door', 'on') },
        after: { idle: '12h' },
        on: { emptied: 'idle' },
      },
    },
  });
}

const home = { [POWER]: '0', [DOOR]: 'off' };

describe('a state machine', () => {
  it('goes where its conditions lead, once they have held for long enough', async () => {
    await using t = await runApp(Washer, { home });
    const { washer } = t.app;
    await t.set(POWER, 800);
    expect(washer.state).toBe('running');
    await t.set(POWER, 2);
    await t.advance('1m');
    await t.set(POWER, 300);
    await t.set(POWER, 1);
    await t.advance('119s');
    expect(washer.is('running')).toBe(true);
    await t.advance('1s');
    expect(washer.state).toBe('done');
    expect(t.app.log).toEqual(['ran, now done', `done after running at 2026-01-15T11:03:00Z`]);
    await t.set(DOOR, 'on');
    expect(washer.state).toBe('idle');
  });

  it('goes where time leads, and where what is sent does', async () => {
    await using t = await runApp(Washer, { home });
    const { washer } = t.app;
    expect(washer.send('emptied')).toBe(false);
    const wash = async (): Promise<void> => {
      await t.set(POWER, 800);
      await t.set(POWER, 0);
      await t.advance('2m');
    };
    await wash();
    await t.advance('11h');
    expect(washer.state).toBe('done');
    await t.advance('1h');
    expect(washer.state).toBe('idle');
    await wash();
    expect(washer.send('emptied')).toBe(true);
    expect(washer.state).toBe('idle');
  });

  it('asks methods of the app as they are given', async () => {
    class Methods extends App {
      readonly washer = this.machine({
        name: 'washer',
        initial: 'idle',
        states: {
          idle: { when: { running: { if: this.draws, for: '1m' } } },
          running: { when: { done: this.isIdle } },
          done: {},
        },
      });
      draws() {
        return this.states.above(POWER, 10);
      }
      isIdle() {
        return this.states.below(POWER, 4);
      }
    }
    await using t = await runApp(Methods, { home });
    await t.set(POWER, 800);
    await t.advance('1m');
    expect(t.app.washer.state).toBe('running');
    await t.set(POWER, 1);
    expect(t.app.washer.state).toBe('done');
    expect(t.failures).toEqual([]);
  });

  it('goes on over a restart where it stood, with what has yet to last', async () => {
    await using t = await runApp(Washer, { home });
    await t.set(POWER, 800);
    await t.set(POWER, 0);
    await t.advance('1m');
    await t.restart();
    expect(t.app.washer.state).toBe('running');
    await t.advance('1m');
    expect(t.app.washer.state).toBe('done');
    await t.restart({ down: '11h' });
    expect(t.app.log).toEqual([]);
    await t.advance('1h');
    expect(t.app.washer.state).toBe('idle');
  });

  it('stays where it is while what it looks at is unavailable', async () => {
    await using t = await runApp(Washer, { home });
    await t.set(POWER, 800);
    await t.set(POWER, 'unavailable');
    await t.advance('1h');
    expect(t.app.washer.state).toBe('running');
    expect(t.app.washer.explain().ways).toMatchObject([
      { kind: 'when', to: 'done', suspended: 'sensor.washer_power is unavailable' },
    ]);
  });

  it('says where it stands, and what leads from there', async () => {
    await using t = await runApp(Washer, { home });
    await t.set(POWER, 800);
    await t.set(POWER, 0);
    expect(String(t.app.washer.explain())).toMatchInlineSnapshot(
      `"Machine "washer" is in "running" since 2026-01-15 12:00:00: sensor.washer_power is above 10 ("800"). What leads to "done" is true, and at 2026-01-15 12:02:00 has been for long enough: sensor.washer_power is below 4 ("0")."`,
    );
    await t.advance('2m');
    expect(String(t.app.washer.explain())).toMatchInlineSnapshot(
      `"Machine "washer" is in "done" since 2026-01-15 12:02:00: sensor.washer_power is below 4 ("0"). What leads to "idle" is false: binary_sensor.washer_door is on ("off"). It goes to "idle" at 2026-01-16 00:02:00. "emptied" leads to "idle"."`,
    );
  });

  it('runs what leaving and entering does one after the other, and again what was called off', async () => {
    class Gate extends App {
      readonly log: string[] = [];
      readonly gate = this.machine({
        name: 'gate',
        initial: 'closed',
        states: {
          closed: { on: { open: 'opened' }, exit: async () => this.#work('exit closed') },
          opened: { on: { close: 'closed' }, enter: async () => this.#work('enter opened') },
        },
        onChange: ({ from, to, event }) => this.log.push(`${from ?? ''}→${to} ${event ?? ''}`),
      });
      async #work(what: string): Promise<void> {
        this.log.push(`${what}…`);
        await this.tasks.sleep('10s');
        this.log.push(`…${what}`);
      }
    }
    await using t = await runApp(Gate, { home: {} });
    t.app.gate.send('open');
    await t.advance('15s');
    expect(t.app.log).toEqual(['→closed ', 'exit closed…', '…exit closed', 'enter opened…']);
    await t.restart();
    await t.advance('10s');
    expect(t.app.log).toEqual(['enter opened…', '…enter opened', '→opened ']);
  });

  it('may be looked at by rules and by other machines', async () => {
    class House extends App {
      readonly seen: string[] = [];
      readonly mode = this.machine({
        name: 'mode',
        initial: 'home',
        states: { home: { on: { leave: 'away' } }, away: { on: { come: 'home' } } },
      });
      readonly rule = this.whenever(() => this.mode.is('away'), {
        name: 'away',
        enter: () => this.seen.push('away'),
        exit: () => this.seen.push('home'),
      });
    }
    await using t = await runApp(House, { home: {} });
    t.app.mode.send('leave');
    t.app.mode.send('come');
    await t.settle();
    expect(t.app.seen).toEqual(['away', 'home']);
  });

  it('lets a guard say whether what is sent leads anywhere', async () => {
    const Config = z.object({ code: z.string() });
    class Alarm extends App.with(Config) {
      readonly alarm = this.machine({
        name: 'alarm',
        initial: 'disarmed',
        states: {
          disarmed: {
            on: {
              arm: { to: 'armed', if: () => this.states.all(['binary_sensor.door', 'binary_sensor.window'], 'off') },
            },
          },
          armed: { on: { disarm: 'disarmed' }, when: { pending: () => this.states.is('binary_sensor.door', 'on') } },
          pending: { on: { disarm: 'disarmed' }, after: { triggered: '30s' } },
          triggered: {
            on: { disarm: 'disarmed' },
            after: { armed: '3m' },
            enter: () => this.api.call('switch.turn_on', { target: 'switch.siren' }),
            exit: () => this.api.call('switch.turn_off', { target: 'switch.siren' }),
          },
        },
      });
    }
    const open = { 'binary_sensor.door': 'on', 'binary_sensor.window': 'off', 'switch.siren': 'off' };
    await using t = await runApp(Alarm, { config: { code: '1' }, home: open });
    const { alarm } = t.app;
    expect(alarm.send('arm')).toBe(false);
    await t.set('binary_sensor.door', 'off');
    expect(alarm.send('arm')).toBe(true);
    await t.set('binary_sensor.door', 'on');
    expect(alarm.state).toBe('pending');
    await t.advance('30s');
    expect(t.state('switch.siren')).toBe('on');
    await t.restart({ down: '1m' });
    await t.advance('2m');
    // The door is open still, so it is on its way again.
    expect(t.app.alarm.state).toBe('pending');
    expect(t.state('switch.siren')).toBe('off');
    t.app.alarm.send('disarm');
    await t.advance('1h');
    expect(t.app.alarm.state).toBe('disarmed');
  });

  it('that goes round in circles comes to rest', async () => {
    class Round extends App {
      readonly round = this.machine({
        name: 'round',
        initial: 'a',
        states: { a: { when: { b: () => true } }, b: { when: { a: () => true } } },
      });
    }
    await using t = await runApp(Round, { home: {} });
    expect(t.logs.map(({ msg }) => msg)).toContainEqual(
      expect.stringContaining('Machine "round" has changed 100 times within a second'),
    );
    await t.advance('10m');
  });

  it('begins anew where its state is no longer one', async () => {
    let old = true;
    class Changing extends App {
      readonly machineOf = this.machine({
        name: 'm',
        initial: 'a',
        states: old ? { a: { when: { b: () => true } }, b: {} } : ({ a: {} } as never),
      });
    }
    await using t = await runApp(Changing, { home: {} });
    expect(t.app.machineOf.state).toBe('b');
    old = false;
    await t.restart();
    expect(t.app.machineOf.state).toBe('a');
    expect(t.logs.map(({ msg }) => msg)).toContain(
      'machine "m" was in state "b", which it has no longer: it begins in "a"',
    );
  });
});

describe('the definition of a state machine', () => {
  it.each<[string, unknown, string]>([
    ['no name', { initial: 'a', states: { a: {} } }, '"name" of machine is undefined'],
    ['no states', { name: 'm', initial: 'a', states: {} }, '"states" of machine'],
    [
      'an initial state that is none',
      { name: 'm', initial: 'aa', states: { a: {} } },
      'leads to "aa", which is no state',
    ],
    [
      'a way to nowhere',
      { name: 'm', initial: 'a', states: { a: { when: { b: () => true } } } },
      '"when.b" of state "a"',
    ],
    ['a time to nowhere', { name: 'm', initial: 'a', states: { a: { after: { b: '1m' } } } }, '"after.b" of state "a"'],
    [
      'something sent to nowhere',
      { name: 'm', initial: 'a', states: { a: { on: { go: 'b' } } } },
      '"on.go" of state "a"',
    ],
    [
      'a condition that is none',
      { name: 'm', initial: 'a', states: { a: { when: { a: true } } } },
      'has to be a function',
    ],
    ['an unknown key', { name: 'm', initial: 'a', states: { a: { wehn: {} } } }, 'has no option "wehn"'],
    ['a time that is none', { name: 'm', initial: 'a', states: { a: { after: { a: 'soon' } } } }, 'is not a duration'],
  ])('is refused with %s', async (_what, definition, message) => {
    class Wrong extends App {
      override onInitialize() {
        this.machine(definition as never);
      }
    }
    await expect(runApp(Wrong, { home: {} })).rejects.toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import { App, below } from 'hassette';
import { runApp } from 'hassette/testing';

const MOTION = 'binary_sensor.hallway';
const LIGHT = 'light.hallway';

/** Turns a light off when nobody has moved for three minutes. */
class Hallway extends App {
  override onInitialize() {
    this.bus.onStateChange(MOTION, { to: 'off', for: '3m', name: 'clear', durable: true }, async (event) => {
      this.logger.info(`${event.kind} from ${event.from?.state ?? 'nothing'}`);
      await this.api.call('light.turn_off', { target: LIGHT });
    });
  }
}

const start = (app: typeof Hallway = Hallway) =>
  runApp(app, { home: { [MOTION]: 'on', [LIGHT]: 'on' }, now: '2026-02-04T20:00[Europe/Berlin]' });

describe('a hold that outlives the daemon', () => {
  it('goes on with what is left of it', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.restart({ down: '1m' });
    await t.advance('59s');
    expect(t.state(LIGHT)).toBe('on');
    await t.advance('1s');
    expect(t.calls('light.turn_off')).toHaveLength(1);
    expect(t.logs.map(({ msg }) => msg)).toContain('changed from on');
  });

  it('fires at the start where its time passed meanwhile, and only then', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.restart({ down: '1h' });
    expect(t.calls('light.turn_off')).toHaveLength(1);
    await t.restart();
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('fires for each of many that were missed at once', async () => {
    const doors = Array.from({ length: 250 }, (_, index) => `binary_sensor.door_${index}`);
    const closed: string[] = [];
    class Doors extends App {
      override onInitialize() {
        const options = { to: 'off', for: '3m', name: 'closed', durable: true } as const;
        this.bus.onStateChange('binary_sensor.door_*', options, async ({ entityId }) => {
          closed.push(entityId);
          await this.tasks.sleep('1ms');
        });
      }
    }
    await using t = await runApp(Doors, { home: Object.fromEntries(doors.map((door) => [door, 'on'])) });
    for (const door of doors) await t.set(door, 'off');
    await t.restart({ down: '1h' });
    await t.advance('1m');
    expect(closed.toSorted()).toEqual(doors.toSorted());
  });

  it('ends where its condition does meanwhile', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.stop();
    await t.set(MOTION, 'on');
    await t.start();
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(0);
  });

  it('counts anew where the entity came back meanwhile', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.stop();
    await t.set(MOTION, 'on');
    await t.advance('1m');
    await t.set(MOTION, 'off');
    await t.start();
    await t.advance('179s');
    expect(t.calls('light.turn_off')).toHaveLength(0);
    await t.advance('1s');
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('begins with a change that nobody saw', async () => {
    await using t = await start();
    await t.stop();
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.start();
    await t.advance('119s');
    expect(t.calls('light.turn_off')).toHaveLength(0);
    await t.advance('1s');
    expect(t.calls('light.turn_off')).toHaveLength(1);
    expect(t.logs.map(({ msg }) => msg)).toContain('initial from nothing');
  });

  it('begins with a change that was on its way when the daemon was last connected', async () => {
    await using t = await runApp(Hallway, { home: { [MOTION]: 'on', [LIGHT]: 'on', 'sensor.lux': '3' } });
    await t.advance('1h');
    const isHeldBack = t.home.add({ name: 'a slow network', send: () => undefined });
    await t.set(MOTION, 'off');
    await t.stop();
    isHeldBack();
    await t.start();
    await t.advance('3m');
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('begins with a change that nobody saw after much else was told', async () => {
    await using t = await runApp(Hallway, { home: { [MOTION]: 'on', [LIGHT]: 'on' } });
    // All that there is has been updated since the daemon was connected, and that was no restart.
    await t.set(LIGHT, 'off');
    await t.advance('1h');
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.set(MOTION, 'on');
    await t.set(LIGHT, 'on');
    await t.advance('1h');
    await t.set(MOTION, 'on', { battery: 90 });
    await t.stop();
    await t.set(MOTION, 'off');
    await t.start();
    await t.advance('3m');
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('has nothing to do with what was so before it first began', async () => {
    await using t = await runApp(Hallway, { home: { [MOTION]: 'off', [LIGHT]: 'on' } });
    await t.advance('1h');
    await t.restart({ down: '1h' });
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(0);
  });

  it('does not take another value of the same kind for news, where it was so before it first began', async () => {
    class Cellar extends App {
      override onInitialize() {
        const frost = { to: below(5), for: '3m', name: 'frost', durable: true } as const;
        this.bus.onStateChange('sensor.cellar', frost, () => this.api.call('light.turn_off', { target: LIGHT }));
      }
    }
    await using t = await runApp(Cellar, { home: { 'sensor.cellar': '2', 'zone.home': '0', [LIGHT]: 'on' } });
    await t.advance('1h');
    await t.stop();
    await t.set('sensor.cellar', '1');
    await t.start();
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(0);
    await t.set('sensor.cellar', '7');
    await t.set('sensor.cellar', '3');
    await t.restart({ down: '1h' });
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('is kept over a restart of Home Assistant while the daemon is off', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.advance('1m');
    await t.stop();
    t.home.restart({ downMs: 1000 });
    await t.advance('1m');
    await t.start();
    await t.advance('59s');
    expect(t.calls('light.turn_off')).toHaveLength(0);
    await t.advance('1s');
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('does not fire again after a restart of Home Assistant and one of the daemon', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.advance('3m');
    expect(t.calls('light.turn_off')).toHaveLength(1);
    t.home.restart({ downMs: 1000 });
    await t.advance('5m');
    await t.restart({ down: '1m' });
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('is left out where its filter says so, and not asked about again', async () => {
    let asked = 0;
    class Filtered extends App {
      override onInitialize() {
        const where = () => {
          asked += 1;
          return false;
        };
        this.bus.onStateChange(MOTION, { to: 'off', for: '3m', name: 'clear', durable: true, where }, () =>
          this.api.call('light.turn_off', { target: LIGHT }),
        );
      }
    }
    await using t = await start(Filtered);
    await t.set(MOTION, 'off');
    await t.advance('3m');
    await t.restart();
    await t.advance('1h');
    expect(asked).toBe(1);
    expect(t.calls('light.turn_off')).toHaveLength(0);
  });

  it.each([
    ['skip', '4m', 0],
    [{ within: '2m' }, '4m', 1],
    [{ within: '2m' }, '10m', 0],
    ['run', '10h', 1],
  ] as const)('that was missed does as %j says after %s', async (onMissed, down, calls) => {
    class Choosy extends App {
      override onInitialize() {
        this.bus.onStateChange(MOTION, { to: 'off', for: '3m', name: 'clear', durable: true, onMissed }, () =>
          this.api.call('light.turn_off', { target: LIGHT }),
        );
      }
    }
    await using t = await start(Choosy);
    await t.set(MOTION, 'off');
    await t.restart({ down });
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(calls);
    const skipped = t.logs.filter(({ msg }) => msg.includes('while the daemon was off: it is skipped'));
    expect(skipped).toHaveLength(1 - calls);
  });

  it.each([
    ['run-again', 2, 'it runs again'],
    ['skip', 1, 'it is left at that'],
  ] as const)('whose handler was cut short does as %s says, and tells it', async (onInterrupted, runs, words) => {
    let begun = 0;
    class Slow extends App {
      override onInitialize() {
        const options = { to: 'off', for: '3m', name: 'clear', durable: true, onInterrupted } as const;
        this.bus.onStateChange(MOTION, options, async () => {
          begun += 1;
          await this.tasks.sleep('5m');
          await this.api.call('light.turn_off', { target: LIGHT });
        });
      }
    }
    await using t = await start(Slow);
    await t.set(MOTION, 'off');
    await t.advance('3m');
    await t.restart();
    await t.advance('1h');
    expect(begun).toBe(runs);
    expect(t.calls('light.turn_off')).toHaveLength(runs - 1);
    expect(t.logs.map(({ msg }) => msg)).toContain(
      `"clear" of ${MOTION} was cut short when the daemon ended: ${words}`,
    );
    await t.restart();
    await t.advance('1h');
    expect(begun).toBe(runs);
  });

  it('that is to fire once runs again where its handler was cut short, and not after that', async () => {
    let begun = 0;
    class Once extends App {
      override onInitialize() {
        const options = { to: 'off', for: '3m', name: 'clear', durable: true, once: true, immediate: true } as const;
        const subscription = this.bus.onStateChange(MOTION, options, async () => {
          begun += 1;
          expect(subscription.active).toBe(false);
          await this.tasks.sleep('5m');
        });
      }
    }
    await using t = await start(Once);
    await t.set(MOTION, 'off');
    await t.advance('3m');
    await t.restart();
    await t.advance('1h');
    expect(begun).toBe(2);
    expect(t.logs.map(({ msg }) => msg)).toContain(
      `"clear" of ${MOTION} was cut short when the daemon ended: it runs again`,
    );
    await t.restart();
    await t.advance('1h');
    expect(begun).toBe(2);
    expect(t.failures).toEqual([]);
  });

  it('does not run again where its condition holds no more', async () => {
    class Slow extends App {
      override onInitialize() {
        this.bus.onStateChange(MOTION, { to: 'off', for: '3m', name: 'clear', durable: true }, async () => {
          await this.tasks.sleep('5m');
          await this.api.call('light.turn_off', { target: LIGHT });
        });
      }
    }
    await using t = await start(Slow);
    await t.set(MOTION, 'off');
    await t.advance('3m');
    await t.stop();
    await t.set(MOTION, 'on');
    await t.start();
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(0);
    expect(t.logs.map(({ msg }) => msg)).toContain(
      `"clear" of ${MOTION} was cut short when the daemon ended: its condition holds no more`,
    );
  });

  it('that was cut short is told where its state has begun anew meanwhile', async () => {
    let begun = 0;
    class Slow extends App {
      override onInitialize() {
        this.bus.onStateChange(MOTION, { to: 'off', for: '3m', name: 'clear', durable: true }, async () => {
          begun += 1;
          await this.tasks.sleep('5m');
        });
      }
    }
    await using t = await start(Slow);
    await t.set(MOTION, 'off');
    await t.advance('3m');
    await t.stop();
    await t.set(MOTION, 'on');
    await t.advance('1m');
    await t.set(MOTION, 'off');
    await t.start();
    expect(t.logs.map(({ msg }) => msg)).toContain(
      `"clear" of ${MOTION} was cut short when the daemon ended: it counts anew, as its condition has begun anew`,
    );
    expect(begun).toBe(1);
    await t.advance('3m');
    expect(begun).toBe(2);
  });

  it('that was cut short is told where its subscription means other entities now', async () => {
    let target = MOTION;
    class Slow extends App {
      override onInitialize() {
        this.bus.onStateChange(target, { to: 'off', for: '3m', name: 'clear', durable: true }, () =>
          this.tasks.sleep('5m'),
        );
      }
    }
    await using t = await start(Slow);
    await t.set(MOTION, 'off');
    await t.advance('3m');
    target = LIGHT;
    await t.restart();
    expect(t.logs.map(({ msg }) => msg)).toContain(
      `"clear" of ${MOTION} was cut short when the daemon ended: its subscription does not mean it any more`,
    );
  });

  it('ends with its subscription, and is not taken up by one of another name', async () => {
    let name = 'clear';
    class Renamed extends App {
      override onInitialize() {
        this.bus.onStateChange(MOTION, { to: 'off', for: '3m', name, durable: true }, () =>
          this.api.call('light.turn_off', { target: LIGHT }),
        );
      }
    }
    await using t = await start(Renamed);
    await t.set(MOTION, 'off');
    name = 'empty';
    await t.restart();
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(0);
    expect(t.logs.map(({ msg }) => msg)).toContain(
      `renamed has no hold "clear" any more, and that of ${MOTION} still waits: it is kept for 7d`,
    );
  });

  it.each([
    [{ name: 'a', durable: true }, 'has nothing that lasts'],
    [{ for: '3m', durable: true }, 'has no name'],
    [{ for: '3m', name: 'a'.repeat(300), durable: true }, 'is too long to be kept: aaaa'],
    [{ for: '3m', onMissed: 'skip' }, 'was given "onMissed" without "durable"'],
    [
      { for: '3m', name: 'a', durable: true, onMissed: 'later' },
      '"onMissed" of onStateChange(binary_sensor.hallway to off) is "later"',
    ],
    [
      { for: '3m', name: 'a', durable: true, onInterrupted: 'run' },
      '"onInterrupted" of onStateChange(binary_sensor.hallway to off) is "run"',
    ],
    [{ for: '3m', name: 'a', durable: true, debounce: '1s' }, 'was given both "durable" and "debounce"'],
  ])('is refused with %j', async (options, message) => {
    class Wrong extends App {
      override onInitialize() {
        this.bus.onStateChange(MOTION, { to: 'off', ...(options as object) }, () => undefined);
      }
    }
    await expect(start(Wrong)).rejects.toThrow(message);
  });

  it('is refused a name that another one has, until that is cancelled', async () => {
    class Twice extends App {
      override onInitialize() {
        const wait = (entityId: string) =>
          this.bus.onStateChange(entityId, { to: 'off', for: '3m', name: 'clear', durable: true }, () =>
            this.logger.info(`${entityId} is clear`),
          );
        const first = wait(MOTION);
        expect(() => wait(LIGHT)).toThrow('The app has a durable subscription "clear" already');
        first.cancel();
        wait(LIGHT);
      }
    }
    await using t = await start(Twice);
    await t.set(MOTION, 'off');
    await t.set(LIGHT, 'off');
    await t.advance('3m');
    expect(t.logs.map(({ msg }) => msg).filter((msg) => msg.endsWith('is clear'))).toEqual([`${LIGHT} is clear`]);
  });

  it('fires on its last good value where the entity is unavailable at the start', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.stop();
    await t.set(MOTION, 'unavailable');
    await t.start();
    await t.advance('3m');
    expect(t.calls('light.turn_off')).toHaveLength(1);
  });

  it('ends where the entity comes back otherwise', async () => {
    await using t = await start();
    await t.set(MOTION, 'off');
    await t.stop();
    await t.set(MOTION, 'unavailable');
    await t.start();
    await t.set(MOTION, 'on');
    await t.advance('1h');
    expect(t.calls('light.turn_off')).toHaveLength(0);
  });
});

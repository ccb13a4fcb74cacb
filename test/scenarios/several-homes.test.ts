import { describe, expect, it } from 'vitest';
import { HomesBench, type HomesBenchOptions } from '../runtime/homes-bench.ts';

/** Says what becomes of its home, lights the porch while the door is open, and does something at noon. */
const PORCH = `
import { App } from 'hassette';

export class Porch extends App {
  override onInitialize() {
    const say = (what: string) => this.logger.info(what);
    this.bus.onDisconnected(() => say('away'));
    this.bus.onConnected(() => say('back'));
    this.bus.onStateChange('binary_sensor.door', async ({ to, cause, resync }) => {
      say(\`door \${to?.state} by \${cause.kind}\${resync ? ', missed' : ''}\`);
      await this.api.call(to?.state === 'on' ? 'light.turn_on' : 'light.turn_off', { target: 'light.porch' });
    });
    this.bus.onStateChange('light.porch', ({ to, cause }) => say(\`porch \${to?.state} by \${cause.kind}\`));
    this.bus.on('night', ({ home, from }) => say(\`night in \${home}, says \${from}\`));
    this.scheduler.runDaily('14:00', { name: 'two' }, () => say(\`two o'clock in \${this.clock.timeZone}\`));
    say(\`up in \${this.home.name}\`);
  }
}
`;

/** Works on one home and looks after another. */
const GUARD = `
import { App } from 'hassette';

export class Guard extends App {
  override onInitialize() {
    const { cabin } = this.homes;
    cabin.bus.onStateChange('binary_sensor.door', { to: 'on' }, async ({ cause }) => {
      this.logger.info(\`cabin door by \${cause.kind}\`);
      await this.entity('light.porch').turnOn();
    });
    cabin.bus.onStateChange('light.porch', ({ to, cause }) => this.logger.info(\`cabin porch \${to?.state} by \${cause.kind}\`));
    cabin.bus.onConnected(({ again }) => this.logger.info(\`cabin \${again ? 'back' : 'there'}\`));
    this.bus.onStateChange('binary_sensor.door', { to: 'on' }, async () => {
      await cabin.entity('light.porch').turnOn();
      this.logger.info('cabin is lit');
    });
    this.bus.onStateChange('switch.night', { to: 'on' }, () => {
      this.bus.emit('night');
      cabin.bus.emit('night');
    });
  }
}
`;

const states = { 'binary_sensor.door': 'off', 'light.porch': 'off', 'switch.night': 'off' };

function given(more: Partial<HomesBenchOptions> = {}): HomesBenchOptions {
  return {
    files: { 'porch.ts': PORCH, 'guard.ts': GUARD },
    homes: { default: { states, timeZone: 'Europe/Berlin' }, cabin: { states, timeZone: 'Europe/Lisbon' } },
    apps: { house_porch: { class: 'Porch' }, cabin_porch: { class: 'Porch', home: 'cabin' } },
    ...more,
  };
}

describe('two homes in one daemon', () => {
  it('have states, causes and a time of day each of its own', async () => {
    await using bench = await HomesBench.start(given());
    expect(bench.said('house_porch')).toEqual(['up in default']);
    await bench.set('cabin', 'binary_sensor.door', 'on');
    expect(bench.home('cabin').state('light.porch')).toBe('on');
    expect(bench.home('default').state('light.porch')).toBe('off');
    expect(bench.said('cabin_porch').slice(1)).toEqual(['door on by device', 'porch on by self']);
    await bench.advance(60);
    expect(bench.said('house_porch').slice(1)).toEqual(["two o'clock in Europe/Berlin"]);
    await bench.advance(60);
    expect(bench.said('cabin_porch').at(-1)).toBe("two o'clock in Europe/Lisbon");
    expect(bench.said('house_porch')).toHaveLength(2);
    expect(bench.status).toMatchObject({
      health: 'ok',
      homes: [
        { name: 'default', phase: 'ready', timeZone: 'Europe/Berlin', entities: 3 },
        { name: 'cabin', phase: 'ready', timeZone: 'Europe/Lisbon' },
      ],
    });
  });

  it('do not notice that the other is lost, and are told of their own gap', async () => {
    await using bench = await HomesBench.start(given());
    bench.home('cabin').kill();
    await bench.advance(5);
    bench.home('cabin').setState('binary_sensor.door', 'on');
    await bench.set('default', 'binary_sensor.door', 'on');
    expect(bench.home('default').state('light.porch')).toBe('on');
    expect(bench.said('house_porch').slice(1)).toEqual(['door on by device', 'porch on by self']);
    expect(bench.said('cabin_porch').slice(1)).toEqual(['away']);
    expect(bench.apps).toEqual({ house_porch: 'running', cabin_porch: 'running' });
    expect(bench.status).toMatchObject({ health: 'degraded', problems: [{ where: 'home.cabin' }] });
    bench.home('cabin').start();
    await bench.advance(3);
    expect(bench.said('cabin_porch')).toContain('back');
    expect(bench.said('house_porch')).not.toContain('back');
    expect(bench.status).toMatchObject({ health: 'ok', problems: [] });
  });

  it('may both be lost, and come back each in its own time', async () => {
    await using bench = await HomesBench.start(given());
    bench.home('cabin').kill();
    bench.home('default').kill();
    await bench.advance(10);
    expect(bench.status.problems.map(({ where }) => where)).toEqual(['home.default', 'home.cabin']);
    expect(bench.apps).toEqual({ house_porch: 'running', cabin_porch: 'running' });
    bench.home('cabin').start();
    await bench.advance(3);
    await bench.set('cabin', 'binary_sensor.door', 'on');
    expect(bench.said('cabin_porch').slice(1)).toEqual(['away', 'back', 'door on by device', 'porch on by self']);
    expect(bench.said('house_porch').slice(1)).toEqual(['away']);
    bench.home('default').start();
    await bench.advance(3);
    expect(bench.said('house_porch').slice(1)).toEqual(['away', 'back']);
    expect(bench.status.health).toBe('ok');
  });

  it('hold up only their own apps where they are not there at the start', async () => {
    const { homes } = given();
    await using bench = await HomesBench.start(given({ homes: { ...homes, cabin: { states, away: true } } }));
    expect(bench.apps).toEqual({ house_porch: 'running', cabin_porch: 'waiting for home' });
    await bench.set('default', 'binary_sensor.door', 'on');
    expect(bench.home('default').state('light.porch')).toBe('on');
    bench.home('cabin').start();
    await bench.advance(3);
    expect(bench.apps).toEqual({ house_porch: 'running', cabin_porch: 'running' });
    expect(bench.said('cabin_porch')).toEqual(['up in cabin']);
  });
});

describe('a home that refuses the token', () => {
  const refused = { states, refuses: true };

  it('is shown, and tried again slowly, while the other one works', async () => {
    await using bench = await HomesBench.start(given({ homes: { default: { states }, cabin: refused } }));
    await bench.set('default', 'binary_sensor.door', 'on');
    expect(bench.home('default').state('light.porch')).toBe('on');
    await bench.advance(60);
    expect(bench.apps).toEqual({ house_porch: 'running', cabin_porch: 'waiting for home' });
    expect(bench.status).toMatchObject({
      health: 'degraded',
      homes: [{ phase: 'ready' }, { phase: 'refused', problem: { code: 'AUTH_REFUSED' } }],
      problems: [{ where: 'home.cabin', hint: expect.stringContaining('long-lived access token') }],
    });
    expect(bench.complaints.filter((each) => each.includes('refused the token'))).toHaveLength(1);
  });

  it('does not end the daemon for the other that is only away, until that refuses as well', async () => {
    const away = { states, away: true, refuses: true };
    await using bench = await HomesBench.start(given({ homes: { default: away, cabin: refused } }));
    await bench.advance(30);
    expect(bench.runtime.status).toBe('running');
    bench.home('default').start();
    await bench.advance(3);
    expect(await bench.runtime.ended).toEqual({ exitCode: 2 });
  });

  it('ends the daemon where every home does, unless it is to go on trying', async () => {
    const homes = { default: refused, cabin: refused };
    await using ended = await HomesBench.start(given({ homes }));
    expect(await ended.runtime.ended).toEqual({ exitCode: 2 });
    expect(ended.complaints.at(-1)).toMatch(/"default" refused .*; .*"cabin" refused .*no home lets it in/);
    await using trying = await HomesBench.start(given({ homes, connection: { onRefused: 'retry' } }));
    await trying.advance(60);
    expect(trying.runtime.status).toBe('running');
  });
});

describe.each(['main', 'thread'] as const)('an app with two homes in isolation %s', (isolation) => {
  const apps = {
    guard: { class: 'Guard', isolation },
    house_porch: { class: 'Porch' },
    cabin_porch: { class: 'Porch', home: 'cabin' },
  };

  it('hears of the one and acts in the other, and is known in both', async () => {
    await using bench = await HomesBench.start(given({ apps }));
    await bench.set('cabin', 'binary_sensor.door', 'on');
    expect(bench.home('default').state('light.porch')).toBe('on');
    expect(bench.said('guard')).toEqual(['cabin door by device', 'cabin porch on by app']);
    expect(bench.said('house_porch').at(-1)).toBe('porch on by app');
    await bench.set('cabin', 'binary_sensor.door', 'off');
    await bench.set('default', 'binary_sensor.door', 'on');
    expect(bench.home('cabin').state('light.porch')).toBe('on');
    expect(bench.said('guard').slice(-2).toSorted()).toEqual(['cabin is lit', 'cabin porch on by self']);
  });

  it('tells something in one home or in both', async () => {
    await using bench = await HomesBench.start(given({ apps }));
    await bench.set('default', 'switch.night', 'on');
    expect(bench.said('house_porch').at(-1)).toBe('night in default, says guard');
    expect(bench.said('cabin_porch').at(-1)).toBe('night in cabin, says guard');
    expect(bench.said('house_porch').filter((each) => each.startsWith('night'))).toHaveLength(1);
  });

  it('waits for the other one without being held up by it', async () => {
    const { homes } = given();
    await using bench = await HomesBench.start(given({ apps, homes: { ...homes, cabin: { states, away: true } } }));
    expect(bench.apps['guard']).toBe('running');
    bench.home('default').setState('binary_sensor.door', 'on');
    await bench.clock.settle();
    expect(bench.said('guard')).toEqual([]);
    await bench.clock.advanceBy(10_000);
    bench.home('cabin').start();
    await bench.advance(3);
    expect(bench.said('guard').toSorted()).toEqual(['cabin is lit', 'cabin porch on by self', 'cabin there']);
  });
});

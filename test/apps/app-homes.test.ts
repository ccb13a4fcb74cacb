import { App, z } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { appHomes } from '../../src/apps/app-homes.ts';
import type { AppHome } from '../../src/apps/app-home.ts';

declare module 'hassette' {
  interface Homes {
    default: unknown;
    cabin: unknown;
  }
}

const home = { 'light.porch': 'off', 'binary_sensor.door': 'off' };
const cabin = { states: { 'light.porch': 'off', 'binary_sensor.door': 'off', 'lock.front': 'unlocked' } };

class Watcher extends App {
  readonly seen: string[] = [];

  see(what: string): void {
    this.seen.push(what);
  }
}

describe('homes by name', () => {
  const named = (name: string): AppHome => ({ name }) as unknown as AppHome;
  const known = new Map([
    ['default', 'default'],
    ['cabin', 'cabin'],
  ]);

  it('are made when they are asked for, once', () => {
    const made: string[] = [];
    const homes = appHomes(known, (name) => {
      made.push(name);
      return named(name);
    });
    expect(made).toEqual([]);
    expect(homes.cabin).toBe(homes.cabin);
    expect(made).toEqual(['cabin']);
    expect(Object.keys(homes)).toEqual(['default', 'cabin']);
    expect(Object.values(homes).map(({ name }) => name)).toEqual(['default', 'cabin']);
  });

  it('are told from names that are none, without being taken for something else', async () => {
    const homes = appHomes(known, named);
    const wrong: Readonly<Record<string, AppHome>> = homes;
    expect(() => wrong['cabbin']).toThrow('There is no home "cabbin"; did you mean "cabin"?');
    expect(() => wrong['attic']).toThrow(
      expect.objectContaining({ code: 'HOME_UNKNOWN', hint: expect.stringContaining('Homes are default, cabin.') }),
    );
    expect('attic' in homes).toBe(false);
    expect('cabin' in homes).toBe(true);
    expect(await Promise.resolve(homes)).toBe(homes);
    expect(Object.prototype.toString.call(homes)).toBe('[object Object]');
  });
});

describe('another home of an app', () => {
  it('has states, calls, entities and a clock of its own', async () => {
    await using t = await runApp(Watcher, {
      home,
      homes: { cabin: { ...cabin, timeZone: 'America/St_Johns' } },
      now: '2026-01-15T12:00[Europe/Berlin]',
    });
    const { app } = t;
    await t.in('cabin').set('light.porch', 'on');
    expect([app.states.get('light.porch')?.state, app.homes.cabin.states.get('light.porch')?.state]).toEqual([
      'off',
      'on',
    ]);
    expect(app.homes.cabin.clock.now().toString()).toMatch(/^2026-01-15T07:30.*\[America\/St_Johns\]$/);
    expect(app.clock.now().timeZoneId).toBe('Europe/Berlin');
    expect(app.homes.cabin.sun.next('sunset')?.timeZoneId).toBe('America/St_Johns');
    await t.run(() => app.homes.cabin.entity('light.porch').turnOff());
    expect(t.in('cabin').calls('light.turn_off')).toHaveLength(1);
    expect(t.calls()).toEqual([]);
    expect(app.homes.default).toBe(app.home);
    expect(app.home.bus).toBe(app.bus);
    expect([app.homes.cabin.name, app.homes.cabin.status, app.homes.cabin.ready]).toEqual(['cabin', 'ready', true]);
  });

  it('is subscribed to in the name of the app, and for as long as it lives', async () => {
    await using t = await runApp(Watcher, { home, homes: { cabin } });
    const { app } = t;
    app.homes.cabin.bus.onStateChange('binary_sensor.door', function (this: unknown, { to }) {
      app.see(`cabin ${to?.state} ${this === app}`);
    });
    app.bus.onStateChange('binary_sensor.door', ({ to }) => app.see(`home ${to?.state}`));
    await t.in('cabin').set('binary_sensor.door', 'on');
    await t.set('binary_sensor.door', 'on');
    await t.stop();
    t.in('cabin').home.setState('binary_sensor.door', 'off');
    expect(app.seen).toEqual(['cabin on true', 'home on']);
    expect(() => app.homes.cabin.bus.onConnected(() => undefined)).toThrow('has stopped');
  });

  it('knows by itself who did what in it', async () => {
    await using t = await runApp(Watcher, { home, homes: { cabin } });
    const { app } = t;
    const watch = (name: string, bus: App['bus']): void => {
      bus.onStateChange('light.porch', ({ cause, to }) =>
        app.see(`${name} ${to?.state} ${cause.kind} ${cause.certain}`),
      );
    };
    watch('home', app.bus);
    watch('cabin', app.homes.cabin.bus);
    await t.run(() => app.homes.cabin.entity('light.porch').turnOn());
    await t.set('light.porch', 'on');
    expect(app.seen).toEqual(['cabin on self true', 'home on device true']);
    expect(app.homes.cabin.entity('light.porch').override()).toBeNull();
    await t.in('cabin').set('light.porch', 'off');
    expect(app.homes.cabin.entity('light.porch').override()).toMatchObject({ by: { kind: 'device' } });
    expect(app.entity('light.porch').override()).toBeNull();
  });

  it('remembers its own calls, and no others, over a restart of the daemon', async () => {
    await using t = await runApp(Watcher, { home, homes: { cabin } });
    await t.run((app) => app.homes.cabin.entity('light.porch').turnOn());
    await t.restart({ down: '1m' });
    const { app } = t;
    const found = (of: App['home']) => of.entity('light.porch').override();
    expect([found(app.homes.cabin), found(app.home)]).toEqual([null, null]);
    await t.set('light.porch', 'on');
    await t.in('cabin').set('light.porch', 'off');
    expect(found(app.homes.cabin)).toMatchObject({ by: { kind: 'device' }, change: { to: { state: 'off' } } });
    expect(found(app.home)).toBeNull();
  });

  it('has topics of its own', async () => {
    await using t = await runApp(Watcher, { home, homes: { cabin } });
    const { app } = t;
    app.bus.on('house.*', ({ topic, home: of }) => app.see(`home hears ${topic} of ${of}`));
    app.homes.cabin.bus.on('house.*', ({ topic, home: of }) => app.see(`cabin hears ${topic} of ${of}`));
    app.bus.emit('house.woke');
    app.homes.cabin.bus.emit('house.slept');
    expect(app.seen).toEqual(['home hears house.woke of default', 'cabin hears house.slept of cabin']);
  });
});

describe('a rule over several homes', () => {
  class Both extends Watcher {
    override onInitialize() {
      this.whenever(
        () => this.homes.cabin.states.is('binary_sensor.door', 'on') && this.states.is('light.porch', 'on'),
        { name: 'both', enter: () => this.see('enter'), exit: () => this.see('exit') },
      );
    }
  }

  it.each([false, true])(
    'holds on what is so in each of them, whether one was away at the start (%s) or not',
    async (away) => {
      await using t = await runApp(Both, { home, homes: { cabin: { ...cabin, away } } });
      if (away) t.in('cabin').home.start();
      await t.advance('2m');
      await t.set('light.porch', 'on');
      await t.in('cabin').set('light.porch', 'on');
      expect(t.app.seen).toEqual([]);
      await t.in('cabin').set('binary_sensor.door', 'on');
      await t.set('light.porch', 'off');
      expect(t.app.seen).toEqual(['enter', 'exit']);
    },
  );
});

describe('another home that has never answered', () => {
  const away = { ...cabin, away: true };

  it('holds up nothing, has no states, and says so where its time is asked for', async () => {
    await using t = await runApp(Watcher, { home, homes: { cabin: away } });
    const { app } = t;
    expect(t.report?.status).toBe('running');
    const { cabin: other } = app.homes;
    expect([other.ready, other.states.size, other.entity('light.porch').state]).toEqual([false, 0, undefined]);
    expect(() => other.clock.now()).toThrow(
      'The time zone of home "cabin" is not known, since it has not answered yet',
    );
    expect(() => other.sun.isUp()).toThrow('The position of home "cabin" is not known');
    expect(() => other.timeZone).toThrow(expect.objectContaining({ code: 'HOME_AWAY' }));
    await expect(
      t.run(() => other.api.call('light.turn_on', { target: 'light.porch', timeout: '20s' })),
    ).rejects.toMatchObject({ code: 'HOME_AWAY' });
  });

  it('can be waited for, for so long or until it comes', async () => {
    await using t = await runApp(Watcher, { home, homes: { cabin: away } });
    const { app } = t;
    expect(await t.run(() => app.home.whenReady())).toBe(true);
    expect(await t.run(() => app.homes.cabin.whenReady({ timeout: '10s' }))).toBe(false);
    expect(t.now.toPlainTime().toString()).toBe('12:00:10');
    const come = app.homes.cabin.whenReady().then((ready) => app.see(`${ready} in ${app.homes.cabin.timeZone}`));
    const stopped = app.homes.cabin.whenReady({ timeout: '1h' });
    t.in('cabin').home.start();
    await t.advance('2m');
    await Promise.all([come, stopped]);
    expect(app.seen).toEqual(['true in Europe/Amsterdam']);
    await expect(app.homes.cabin.whenReady({ timeout: 'soon' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await t.stop();
    await expect(app.homes.cabin.whenReady()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is told of when it comes: what is subscribed to, what holds already, and what nobody has', async () => {
    await using t = await runApp(Watcher, { home, homes: { cabin: away } });
    const { app } = t;
    const { bus } = app.homes.cabin;
    bus.onConnected(({ again }) => app.see(`connected ${again}`));
    bus.onStateChange('lock.front', { to: 'unlocked', immediate: true }, ({ kind, stale }) =>
      app.see(`lock ${kind} ${stale}`),
    );
    bus.onStateChange({ domain: 'lock' }, { to: 'unlocked', immediate: true }, () => app.see('any lock'));
    bus.onStateChange('light.porch', ({ from, to }) => app.see(`porch ${from?.state} → ${to?.state}`));
    bus.onStateChange('binary_sensor.dor', () => app.see('what is not there'));
    bus.onStateChange({ area: 'sauna' }, () => app.see('where nothing is'));
    const locked = bus.waitFor('lock.front', { to: 'unlocked' }).then(({ kind }) => app.see(`waited ${kind}`));
    const called = app.homes.cabin.api.call('light.turn_on', { target: 'light.porch', timeout: '10m' });
    await t.advance('1m');
    expect(app.seen).toEqual([]);
    t.in('cabin').home.start();
    await t.advance('2m');
    await Promise.all([locked, called]);
    expect(app.seen.toSorted()).toEqual(
      ['any lock', 'connected false', 'lock initial false', 'waited initial', 'porch off → on'].toSorted(),
    );
    const warnings = t.logs.filter(({ level, logger }) => level === 'warn' && logger === 'app.watcher');
    expect(warnings.map(({ msg }) => msg)).toEqual([
      'onStateChange: home "cabin" has no entity "binary_sensor.dor"; did you mean "binary_sensor.door"?',
      'onStateChange: home "cabin" has no area "sauna"',
    ]);
    await t.in('cabin').set('lock.front', 'locked');
    await t.in('cabin').set('lock.front', 'unlocked');
    expect(app.seen.filter((each) => each === 'any lock')).toHaveLength(2);
  });
});

describe('the home that a class was written for', () => {
  class AtTheCabin extends App.with(z.object({}), { home: 'cabin' }) {}

  it('is its own in a test', async () => {
    await using t = await runApp(AtTheCabin, { home });
    expect(t.app.home.name).toBe('cabin');
    expect(t.in('cabin').state('light.porch')).toBe('off');
    expect(() => t.in('default')).toThrow('The test has no home "default"');
    await expect(runApp(AtTheCabin, { homes: { cabin } })).rejects.toThrow('runApp was given "cabin" among its homes');
  });
});

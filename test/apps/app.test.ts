import { describe, expect, expectTypeOf, it } from 'vitest';
import { App, duration, entityId, z } from 'hassette';
import { appBrand, appClassOf, appHomeName, appSchema } from '../../src/apps/app.ts';
import { AppBench } from './app-bench.ts';

const Config = z.object({ light: entityId('light'), offAfter: duration().default('5m') });

class Configured extends App.with(Config, { home: 'cabin' }) {}
class Plain extends App {}

describe('App', () => {
  it('types its configuration by the schema', () => {
    expectTypeOf<Configured['config']['light']>().toEqualTypeOf<`light.${string}`>();
    expectTypeOf<Plain['config']>().toEqualTypeOf<undefined>();
    expect(Configured[appSchema]).toBe(Config);
    expect(Plain[appSchema]).toBeUndefined();
    expect(Configured[appHomeName]).toBe('cabin');
  });

  it('is recognised by a brand, whichever copy of hassette it is from', () => {
    expect(appClassOf(Configured, 'Configured')).toBe(Configured);
    expect(appClassOf(() => undefined, 'nothing')).toBeUndefined();
    expect(appClassOf({ [appBrand]: { hosting: 1 } }, 'an object')).toBeUndefined();
    expect(() =>
      appClassOf(
        Object.assign(() => undefined, { [appBrand]: { hosting: 99 } }),
        'Old of old.ts',
      ),
    ).toThrow('Old of old.ts extends the App of another release of hassette');
  });

  it('says what to do where it was made by hand', () => {
    expect(() => new Plain().bus).toThrow('this.bus was used in a Plain that was made with `new`');
    expect(() => new Configured().entity('light.kitchen')).toThrow(expect.objectContaining({ code: 'APP_NOT_HOSTED' }));
  });

  it('shows nothing of its plumbing', () => {
    expect(Object.keys(new Plain())).toEqual([]);
    const members = Object.getOwnPropertyNames(App.prototype).filter((name) => name !== 'constructor');
    expect(members.toSorted()).toEqual([
      'afterInitialize',
      'afterShutdown',
      'api',
      'beforeInitialize',
      'beforeShutdown',
      'bus',
      'clock',
      'config',
      'entity',
      'home',
      'homes',
      'logger',
      'machine',
      'name',
      'onError',
      'onInitialize',
      'onShutdown',
      'scheduler',
      'signal',
      'states',
      'store',
      'sun',
      'tasks',
      'whenever',
    ]);
  });

  it('has all it is given from its first field initialiser on', async () => {
    await using bench = await AppBench.start({
      files: {
        'eager.ts': `
          import { App, entityId, z } from 'hassette';
          export class Eager extends App.with(z.object({ light: entityId('light') })) {
            readonly lamp = this.entity(this.config.light);
            readonly subscription = this.bus.onStateChange(this.config.light, this.changed);
            readonly job = this.scheduler.runIn('1m', this.later);
            readonly told = [this.name, this.home.name, this.homes['default'] === this.home, this.home.status, this.home.ready,
              this.home.timeZone, this.clock.timeZone, this.clock.now().hour, this.clock.isBetween('22:00', '06:00'),
              this.clock.ago('2h').hour, this.states.get(this.config.light)?.state, this.home.states === this.states,
              this.home.api === this.api, Object.isFrozen(this.config), this.signal.aborted].join(' ');
            changed() { this.logger.info('changed ' + this.lamp.state); }
            later() { this.logger.info('later, ' + this.told); }
          }`,
      },
      apps: { eager: { class: 'Eager', config: { light: 'light.hall' } } },
      states: { 'light.hall': 'off' },
    });
    await bench.set('light.hall', 'on');
    await bench.clock.advanceBy(60_000);
    expect(bench.said('eager')).toEqual([
      'changed on',
      'later, eager default true ready true Europe/Berlin Europe/Berlin 13 false 11 off true true true false',
    ]);
  });

  it('keeps back what a dry run would change', async () => {
    await using bench = await AppBench.start({
      files: {
        'dry.ts': `
          import { App } from 'hassette';
          export class Dry extends App {
            override async onInitialize() { await this.entity('light.hall').turnOn(); }
          }`,
      },
      apps: { dry: { class: 'Dry', dryRun: true }, wet: { class: 'Dry' } },
      states: { 'light.hall': 'off' },
    });
    expect(bench.calls()).toEqual(['light.turn_on']);
    expect(bench.said('dry')).toEqual([expect.stringContaining('dry run, not sent')]);
  });
});

import { App, type AppHome, type HomeName, z } from 'hassette';

declare module 'hassette' {
  interface Homes {
    default: unknown;
    cabin: unknown;
  }
}

/** Compiles only if the two are the same type. */
declare function same<A, B>(...same: [A] extends [B] ? ([B] extends [A] ? [] : [A, B]) : [A, B]): void;

const Config = z.object({ light: z.string() });

export class AtTheCabin extends App.with(Config, { home: 'cabin' }) {
  override async onInitialize() {
    same<'default' | 'cabin', HomeName>();
    same<string, typeof this.config.light>();
    const { cabin } = this.homes;
    same<AppHome, typeof cabin>();
    same<AppHome, typeof this.home>();

    // What an app has of its own home it has of another.
    cabin.bus.onStateChange('light.porch', { to: 'on' }, (event) => same<'on', typeof event.to.state>());
    cabin.bus.on('never.heard.of', (event) => same<string, typeof event.home>());
    cabin.bus.emit('never.heard.of');
    const porch = cabin.states.get('light.porch')?.state;
    same<'on' | 'off' | 'unavailable' | 'unknown' | undefined, typeof porch>();
    await cabin.entity('light.porch').turnOn({ brightness_pct: 40 });
    await cabin.api.call('light.turn_off', { target: 'light.porch' });
    same<Temporal.ZonedDateTime, ReturnType<typeof cabin.clock.now>>();
    same<string, typeof cabin.timeZone>();
    same<boolean, typeof cabin.ready>();

    for (const home of Object.values(this.homes)) same<AppHome, typeof home>();
    if ('cabin' in this.homes) this.logger.info(this.homes.default.name);
  }
}

export class Anywhere extends App.with(Config) {}
export class Undecided extends App.with(Config, { home: undefined }) {}

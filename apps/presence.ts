import { App, duration, entityId, serviceId, z } from 'hassette';

declare module 'hassette' {
  interface Topics {
    'presence.changed': { readonly anybodyHome: boolean };
  }
}

const Config = z.object({
  /** Where the house's mode is kept, for dashboards and for other apps. */
  mode: entityId('input_select'),
  home: z.string().default('home'),
  away: z.string().default('away'),
  /** How long the last one must have been gone; an arrival counts at once. */
  awayAfter: duration().default('10m'),
  /** While this is on the house counts as occupied, whoever is out. */
  guests: entityId('input_boolean').optional(),
  /** Who is told, for instance `notify.mobile_app_anna`. */
  notify: serviceId('notify').optional(),
});

/**
 * Keeps the house's mode in step with who is at home. Every `person` counts, one that is added later too.
 *
 * Met: home at once and away only after a while, so that a flapping GPS changes nothing; a phone that is `unknown` or
 * `unavailable` is where it was last seen; the last one leaving and the first one arriving in one moment; guests; what
 * happened while the daemon was down is put right at start without a word to anybody.
 *
 * Not yet: after a restart `awayAfter` counts from the person's last change of zone, not from leaving home (needs durable
 * waits); the mode as an entity of the app's own (needs published entities).
 */
export class Presence extends App.with(Config) {
  override async onInitialize() {
    const { home, away, awayAfter, guests } = this.config;
    const people = { domain: 'person' } as const;
    const out = (person: { readonly state: string }) => person.state !== 'home';

    this.bus.onStateChange(people, { to: 'home', name: 'arrived' }, () => this.setMode(home));
    this.bus.onStateChange(people, { to: out, for: awayAfter, immediate: true, name: 'gone' }, (event) =>
      // `from` is null for somebody who had left before this app started: put right, but no news.
      this.settle({ announce: event.from !== null }),
    );
    if (guests) this.bus.onStateChange(guests, { name: 'guests' }, () => this.settle());

    if (this.anybodyHome()) await this.setMode(home, { announce: false });
    else this.logger.info(`nobody is in; the house goes to "${away}" once the last one has been gone for ${awayAfter}`);
  }

  /** Whether anybody is in, by where each person was last known to be. */
  anybodyHome(): boolean {
    const { guests } = this.config;
    if (guests && this.states.is(guests, 'on')) return true;
    return this.states.entityIds('person').some((person) => this.states.lastGood(person)?.state === 'home');
  }

  private async settle(options?: { announce: boolean }) {
    await this.setMode(this.anybodyHome() ? this.config.home : this.config.away, options);
  }

  private async setMode(option: string, { announce } = { announce: true }) {
    const { mode, home, notify } = this.config;
    if (this.states.is(mode, option)) return;
    await this.api.call('input_select.select_option', { target: mode, data: { option } });
    this.logger.info(`the house is now in mode "${option}"`);
    this.bus.emit('presence.changed', { anybodyHome: option === home });
    if (announce && notify) await this.api.call(notify, { data: { message: `The house is now in mode "${option}".` } });
  }
}

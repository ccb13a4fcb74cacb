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
 * Home at once, and away after a while that counts from leaving, also over a restart. What happened while the daemon was
 * down is put right at start without a word to anybody.
 */
export class Presence extends App.with(Config) {
  override onInitialize() {
    const { home, away, awayAfter } = this.config;
    this.whenever(() => this.isAnybodyHome(), {
      name: 'occupied',
      hold: { exit: awayAfter },
      enter: ({ atStart }) => this.setMode(home, { announce: !atStart }),
      exit: ({ atStart }) => this.setMode(away, { announce: !atStart }),
    });
  }

  /** Whether anybody is in, by where each person was last known to be. */
  isAnybodyHome(): boolean {
    const { guests } = this.config;
    if (this.states.any('person', 'home') || (guests !== undefined && this.states.any(guests, 'on'))) return true;
    // Of somebody with a tracker nothing is known yet, as when Home Assistant has just started: to ask has the rule wait.
    return this.states
      .all('person')
      .filter(({ attributes }) => [attributes['device_trackers'] ?? []].flat().length > 0)
      .some(({ entityId: person }) => !this.states.lastGood(person) && this.states.is(person, 'home'));
  }

  private async setMode(option: string, { announce }: { announce: boolean }) {
    const { mode, home, notify } = this.config;
    if (this.states.is(mode, option)) return;
    await this.entity(mode).selectOption({ option });
    this.logger.info(`the house is now in mode "${option}"`);
    this.bus.emit('presence.changed', { anybodyHome: option === home });
    if (announce && notify) await this.api.call(notify, { data: { message: `The house is now in mode "${option}".` } });
  }
}

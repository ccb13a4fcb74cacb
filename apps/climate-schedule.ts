import { App, duration, entityId, timeOfDay, z } from 'hassette';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const Slot = z.object({
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .default([...DAYS]),
  at: timeOfDay(),
  temperature: z.number().min(5).max(30),
});

const Config = z.object({
  thermostat: entityId('climate'),
  slots: z.array(Slot).min(1),
  /** While one of these is open the set point is `whileOpen`; the slot's own returns when all are closed. */
  windows: z.array(entityId('binary_sensor')).default([]),
  openFor: duration().default('2m'),
  whileOpen: z.number().min(5).max(30).default(7),
});

type Slot = z.output<typeof Slot>;

/**
 * Holds a thermostat to a weekly schedule.
 *
 * Met: a start in the middle of a slot applies that slot; days on which the clocks change; a window that stays open
 * pauses the heating and its closing brings back the slot that holds by then; a thermostat that is unavailable when a
 * slot begins is set once when it returns; the set point is sent only where it differs, so an echo changes nothing; one
 * that was chosen by hand lasts until the next slot, windows or not, and is told from an echo that the device has rounded.
 *
 * Not yet: a set point chosen by hand is forgotten, and a minimum time between two starts of a compressor would be, with
 * a restart of the daemon (needs storage); slots taken from a calendar.
 */
export class ClimateSchedule extends App.with(Config) {
  /** The set point that somebody has chosen since the slot began. */
  #byHand: number | undefined;

  override async onInitialize() {
    const { slots, windows, openFor, thermostat } = this.config;
    for (const [index, slot] of slots.entries()) {
      this.scheduler.runDaily(slot.at, { name: `slot-${index + 1}` }, () => this.begin(slot));
    }
    this.bus.onAttributeChange(thermostat, 'temperature', { cause: ['user', 'device'], name: 'by-hand' }, (event) => {
      if (typeof event.value !== 'number') return;
      this.logger.info(`${thermostat} was set to ${event.value}° by hand, until the next slot`);
      this.#byHand = event.value;
    });
    if (windows.length > 0) {
      this.bus.onStateChange(windows, { to: 'on', for: openFor, immediate: true, name: 'opened' }, (event) =>
        this.apply(`${event.entityId} is open`),
      );
      this.bus.onStateChange(windows, { to: 'off', name: 'closed' }, (event) =>
        this.apply(`${event.entityId} is closed`),
      );
    }
    this.bus.onAvailable(thermostat, { name: 'thermostat-back' }, () => this.apply('the thermostat is back'));
    await this.apply('start');
  }

  /** The slot that holds at a moment: the latest that has begun, looking back over a week. */
  slotAt(now: Temporal.ZonedDateTime): Slot {
    const wallTime = now.toPlainDateTime();
    const begun = this.config.slots.flatMap((slot) =>
      slot.days.map((day) => ({ slot, began: lastBeginning(slot, day, wallTime) })),
    );
    return begun.reduce((latest, each) => (isAfter(each.began, latest.began) ? each : latest)).slot;
  }

  private async begin(slot: Slot) {
    // A slot of other days begins at the same time of day, and nothing with it.
    if (this.slotAt(this.clock.now()).at === slot.at) this.#byHand = undefined;
    await this.apply(`slot of ${slot.at}`);
  }

  private async apply(reason: string) {
    const { thermostat, windows, whileOpen } = this.config;
    if (!this.states.get(thermostat)?.available) {
      this.logger.warn(`${thermostat} is unavailable; it is set when it returns`);
      return;
    }
    const open = windows.filter((window) => this.states.is(window, 'on'));
    const wanted = this.#byHand ?? this.slotAt(this.clock.now()).temperature;
    const temperature = open.length > 0 ? whileOpen : wanted;
    if (this.states.get(thermostat)?.attributes['temperature'] === temperature) return;
    this.logger.info(`setting ${thermostat} to ${temperature}° (${reason})`);
    await this.api.call('climate.set_temperature', { target: thermostat, data: { temperature } });
  }
}

// By the clock on the wall, so that a slot at 02:30 has begun at 03:00 on the day that has no half past two.
function lastBeginning(slot: Slot, day: (typeof DAYS)[number], now: Temporal.PlainDateTime): Temporal.PlainDateTime {
  const daysAgo = (now.dayOfWeek - (DAYS.indexOf(day) + 1) + 7) % 7;
  const began = now.subtract({ days: daysAgo }).withPlainTime(slot.at);
  return isAfter(began, now) ? began.subtract({ days: 7 }) : began;
}

function isAfter(a: Temporal.PlainDateTime, b: Temporal.PlainDateTime): boolean {
  return Temporal.PlainDateTime.compare(a, b) > 0;
}

import { App, duration, entityId, type JobRun, timeOfDay, z } from 'hassette';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const degrees = z.number().min(5).max(30);

const Slot = z.object({
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .default([...DAYS]),
  at: timeOfDay(),
  temperature: degrees,
});

const Config = z.object({
  thermostat: entityId('climate'),
  slots: z.array(Slot).min(1),
  /** While an event goes on in it that names a temperature, such as "Guests 22.5°", that one holds. */
  calendar: entityId('calendar').optional(),
  /** While the house is in this mode, as with the app `Presence`, this temperature holds. */
  away: z.object({ mode: entityId('input_select'), is: z.string().default('away'), temperature: degrees }).optional(),
  /** While one of these is open the set point is `whileOpen`; what holds by then returns when all are closed. */
  windows: z.array(entityId('binary_sensor')).default([]),
  openFor: duration().default('2m'),
  whileOpen: degrees.default(7),
  /** The least time between two raises of the set point, so that a compressor does not start too often. */
  startsApart: duration().optional(),
});

/** A temperature that holds since a moment. */
interface Plan {
  readonly temperature: number;
  readonly since: Temporal.Instant;
}

/**
 * Holds a thermostat to a weekly schedule, to a calendar and to who is in.
 *
 * Whatever may change the set point asks for one job, which finds out what should hold now. A set point that is chosen
 * by hand lasts until the plan next says something new; it is remembered, and so is when a compressor may start again.
 */
export class ClimateSchedule extends App.with(Config) {
  readonly byHand = this.store.value('byHand', z.object({ temperature: z.number(), at: z.string() }));

  readonly apply = this.scheduler.register('apply', { mode: 'queued' }, this.adjust);

  readonly open = this.whenever(() => this.config.windows.length > 0 && this.states.any(this.config.windows, 'on'), {
    name: 'open',
    hold: { enter: this.config.openFor },
    enter: () => this.apply.submit('a window is open'),
    exit: () => this.apply.submit('all windows are closed'),
  });

  override async onInitialize() {
    const { thermostat, slots, calendar, away } = this.config;
    for (const [index, { at }] of slots.entries()) {
      this.scheduler.runDaily(at, { name: `slot-${index + 1}` }, () => this.apply.submit(`slot of ${at}`));
    }
    for (const id of [calendar, away?.mode]) {
      if (id) this.bus.onStateChange(id, { every: true }, ({ to }) => this.apply.submit(`${id} is ${to?.state}`));
    }
    this.bus.onAttributeChange(thermostat, 'temperature', { cause: ['user', 'device'], name: 'by-hand' }, (event) =>
      this.chosen(event.value, event.firedAt),
    );
    this.bus.onAvailable(thermostat, { name: 'thermostat-back' }, () => this.apply.submit('the thermostat is back'));

    const meanwhile = this.entity(thermostat).override();
    const temperature = meanwhile?.change.to.attributes['temperature'];
    if (meanwhile && temperature !== (await this.byHand.get())?.temperature) {
      await this.chosen(temperature, meanwhile.at);
    }
    this.apply.submit('start');
  }

  private async chosen(temperature: unknown, at: Temporal.Instant) {
    if (typeof temperature !== 'number') return;
    this.logger.info(`${this.config.thermostat} was set to ${temperature}° by hand, until the plan says something new`);
    await this.byHand.set({ temperature, at: at.toString() });
  }

  private async adjust({ args: reason }: JobRun<string>) {
    const { thermostat, startsApart } = this.config;
    const temperature = await this.wanted();
    const state = this.states.get(thermostat);
    if (!state?.available) {
      this.logger.warn(`${thermostat} is unavailable; it is set when it returns`);
      return;
    }
    const present = Number(state.attributes['temperature']);
    if (present === temperature) return;
    if (startsApart && temperature > present) {
      if (await this.store.get('resting')) {
        this.logger.info(`${thermostat} waits for ${temperature}°: a compressor has to rest (${reason})`);
        return;
      }
      await this.store.set('resting', true, { ttl: startsApart });
      this.apply.submit('a compressor may start again', { in: startsApart, durable: true });
    }
    this.logger.info(`setting ${thermostat} to ${temperature}° (${reason})`);
    await this.entity(thermostat).setTemperature({ temperature });
  }

  private async wanted(): Promise<number> {
    if (this.open.phase === 'on') return this.config.whileOpen;
    const plan = this.planned() ?? this.whileAway() ?? this.slotAt(this.clock.now());
    const byHand = await this.byHand.get();
    const isNewer = byHand && Temporal.Instant.compare(byHand.at, plan.since) >= 0;
    return isNewer ? byHand.temperature : plan.temperature;
  }

  /** What the calendar says now. */
  private planned(): Plan | undefined {
    const event = this.config.calendar && this.states.lastGood(this.config.calendar);
    const [, temperature] = /(\d+(?:\.\d+)?) ?°/.exec(String(event?.attributes['message'])) ?? [];
    if (event?.state !== 'on' || temperature === undefined) return undefined;
    return { temperature: Number(temperature), since: event.lastChanged };
  }

  private whileAway(): Plan | undefined {
    const mode = this.config.away && this.states.lastGood(this.config.away.mode);
    if (!this.config.away || mode?.state !== this.config.away.is) return undefined;
    return { temperature: this.config.away.temperature, since: mode.lastChanged };
  }

  /** The slot that holds at a moment: the latest that has begun, looking back over a week. */
  slotAt(now: Temporal.ZonedDateTime): Plan {
    const begun = this.config.slots.flatMap(({ days, at, temperature }) =>
      days.map((day) => ({ temperature, since: lastBeginning(day, at, now) })),
    );
    return begun.reduce((latest, each) => (Temporal.Instant.compare(each.since, latest.since) > 0 ? each : latest));
  }
}

function lastBeginning(day: (typeof DAYS)[number], at: string, now: Temporal.ZonedDateTime): Temporal.Instant {
  const today = now.toPlainDate();
  const date = today.subtract({ days: (today.dayOfWeek - (DAYS.indexOf(day) + 1) + 7) % 7 });
  const begins = beginning(date, at, now);
  const hasBegun = Temporal.ZonedDateTime.compare(begins, now) <= 0;
  return (hasBegun ? begins : beginning(date.subtract({ weeks: 1 }), at, now)).toInstant();
}

// As the scheduler has it: a time that the spring skips is right after the gap, one that autumn has twice the first.
function beginning(date: Temporal.PlainDate, at: string, { timeZoneId }: Temporal.ZonedDateTime) {
  const time = Temporal.PlainTime.from(at);
  const moment = date.toZonedDateTime({ timeZone: timeZoneId, plainTime: time });
  return moment.toPlainTime().equals(time) ? moment : (moment.getTimeZoneTransition('previous') ?? moment);
}

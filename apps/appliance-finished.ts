import { App, duration, entityId, type JobRun, serviceId, z } from 'hassette';

const Config = z
  .object({
    /** What it is called in messages. */
    appliance: z.string().default('The washing machine'),
    power: entityId('sensor'),
    /** In watts; above the idle power and below what the quietest part of a programme takes. */
    runningAbove: z.number().positive().default(10),
    idleBelow: z.number().positive().default(5),
    startsAfter: duration().default('1m'),
    /** Longer than any pause within a programme, the anti-crease pulses at its end included. */
    finishedAfter: duration().default('3m'),
    notify: serviceId('notify'),
    /** Reminds until this is opened. */
    door: entityId('binary_sensor').optional(),
    remindEvery: duration().default('30m'),
    reminders: z.number().int().min(0).max(20).default(3),
  })
  .refine(({ runningAbove, idleBelow }) => idleBelow <= runningAbove, {
    path: ['idleBelow'],
    message: 'must not be above runningAbove, or the appliance would run and be idle at once',
  });

/**
 * Tells when an appliance has finished and what it has used, by the power that it draws, and reminds until its door is
 * opened. The programme and the reminders go on over a restart.
 */
export class ApplianceFinished extends App.with(Config) {
  readonly beganAt = this.store.value('began at', z.string());

  readonly reminder = this.scheduler.register('reminder', this.remind);

  readonly programme = this.machine({
    name: 'programme',
    initial: 'idle',
    states: {
      idle: { when: { running: { if: this.isRunning, for: this.config.startsAfter } } },
      running: {
        enter: this.started,
        when: { finished: { if: this.isIdle, for: this.config.finishedAfter } },
      },
      finished: {
        enter: this.finished,
        when: { idle: this.isDoorOpen, running: { if: this.isRunning, for: this.config.startsAfter } },
      },
    },
  });

  private isRunning(): boolean {
    return this.states.above(this.config.power, this.config.runningAbove);
  }

  private isIdle(): boolean {
    return this.states.below(this.config.power, this.config.idleBelow);
  }

  private isDoorOpen(): boolean {
    return this.config.door !== undefined && this.states.is(this.config.door, 'on');
  }

  private async started(): Promise<void> {
    this.logger.info(`${this.config.appliance} is running`);
    await this.beganAt.set(this.clock.ago(this.config.startsAfter).toInstant().toString());
  }

  private async finished(): Promise<void> {
    const { appliance, reminders } = this.config;
    this.logger.info(`${appliance} has finished`);
    this.remindLater(reminders);
    // Without a history it has finished all the same.
    const used = await this.energyUsed().catch(() => 0);
    await this.tell(`${appliance} has finished.${used > 0 ? ` It has used ${used.toFixed(2)} kWh.` : ''}`);
  }

  /** In kWh, by what Home Assistant has recorded of its power. */
  private async energyUsed(): Promise<number> {
    const since = Temporal.Instant.from((await this.beganAt.get()) ?? this.clock.now().toInstant());
    let wattHours = 0;
    let last = { at: since, watts: 0 };
    for await (const { at, before, number: watts = 0 } of this.api.history(this.config.power, { since })) {
      const from = before ? since : at;
      wattHours += last.watts * last.at.until(from).total('hours');
      last = { at: from, watts };
    }
    return wattHours / 1000;
  }

  private remindLater(left: number) {
    if (this.config.door === undefined || left === 0) return;
    const finishedAt = this.programme.since.toString();
    this.reminder.submit({ finishedAt, left }, { in: this.config.remindEvery, durable: true });
  }

  private async remind({ args }: JobRun<{ readonly finishedAt: string; readonly left: number }>) {
    // It has been emptied since, and may have finished again.
    if (!this.programme.is('finished') || this.programme.since.toString() !== args.finishedAt) return;
    this.remindLater(args.left - 1);
    await this.tell(`${this.config.appliance} is still waiting to be emptied.`);
  }

  private async tell(message: string) {
    await this.api.call(this.config.notify, { data: { message } });
  }
}

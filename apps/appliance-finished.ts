import { above, App, below, duration, entityId, serviceId, z } from 'hassette';

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
 * Tells when an appliance has finished, by the power it draws, and reminds until its door is opened.
 *
 * Met: a sensor that reports only on change (the wait runs on the clock, not on reports); pauses and anti-crease pulses
 * (they begin the wait anew); power that idles above zero; `unknown` and values that are no numbers are looked through;
 * a start in the middle of a programme, or after its end.
 *
 * Not yet: a programme that ended while the daemon was down is not told, and reminders do not go on after a restart
 * (needs storage); energy per programme (needs history); a phase of its own as an entity.
 */
export class ApplianceFinished extends App.with(Config) {
  #running = false;

  override onInitialize() {
    const { power, runningAbove, idleBelow, startsAfter, finishedAfter, door } = this.config;
    this.bus.onStateChange(power, { to: above(runningAbove), for: startsAfter, immediate: true, name: 'started' }, () =>
      this.started(),
    );
    this.bus.onStateChange(power, { to: below(idleBelow), for: finishedAfter, immediate: true, name: 'finished' }, () =>
      this.finished(),
    );
    if (door) this.bus.onStateChange(door, { to: 'on', name: 'opened' }, () => this.stopReminding());
  }

  private started() {
    if (this.#running) return;
    this.#running = true;
    this.stopReminding();
    this.logger.info(`${this.config.appliance} is running`);
  }

  private async finished() {
    if (!this.#running) return;
    this.#running = false;
    this.logger.info(`${this.config.appliance} has finished`);
    this.remind();
    await this.tell(`${this.config.appliance} has finished.`);
  }

  private remind() {
    const { door, remindEvery, reminders, appliance } = this.config;
    if (!door) return;
    let left = reminders;
    this.scheduler.runEvery(remindEvery, { group: 'reminders', name: 'reminder' }, async (run) => {
      left -= 1;
      if (left <= 0) run.job.cancel();
      if (left >= 0) await this.tell(`${appliance} is still waiting to be emptied.`);
    });
  }

  private stopReminding() {
    this.scheduler.group('reminders').cancel();
  }

  private async tell(message: string) {
    await this.api.call(this.config.notify, { data: { message } });
  }
}

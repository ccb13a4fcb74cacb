import { App, duration, type EntityState, serviceId, timeOfDay, z } from 'hassette';

const Config = z.object({
  at: timeOfDay().default('09:00'),
  /** In percent. */
  below: z.number().min(1).max(100).default(20),
  /** A battery that has not reported for this long is listed too: a dead device keeps its last value for ever. */
  silentAfter: duration().default('7d'),
  ignore: z.array(z.string()).default([]),
  /** Entities with this label are left out as well, under whatever name. */
  ignoreLabel: z.string().optional(),
  notify: serviceId('notify'),
});

/**
 * Tells once a day which batteries are low, and which devices have gone silent.
 *
 * One that was missed because the daemon was off is sent when it starts, once.
 */
export class LowBatteryDigest extends App.with(Config) {
  /** The day whose digest was sent last. */
  readonly sentFor = this.store.value('sent for', z.string());

  override async onInitialize() {
    this.scheduler.runDaily(this.config.at, { name: 'digest' }, () => this.send());

    const sentFor = await this.sentFor.get();
    // Nothing has been missed before the first start.
    if (sentFor === undefined) await this.sentFor.set(this.dueDay());
    else if (sentFor < this.dueDay()) await this.send();
  }

  /** One line for each battery that wants attention, the emptiest first. */
  digest(): string[] {
    const { ignore, ignoreLabel } = this.config;
    return this.states
      .all({ device_class: 'battery' })
      .filter(({ entityId }) => !ignore.includes(entityId))
      .filter(({ entityId }) => !ignoreLabel || !this.entity(entityId).labels.includes(ignoreLabel))
      .flatMap((battery) => this.concern(battery) ?? [])
      .toSorted((a, b) => a.percent - b.percent)
      .map(({ line }) => line);
  }

  private concern(battery: EntityState): { percent: number; line: string } | undefined {
    const { entityId, state, number, available, lastUpdated } = battery;
    const { name: itsName, area } = this.entity(entityId);
    const name = area ? `${itsName} (${area.name})` : itsName;
    const reported = lastUpdated.toZonedDateTimeISO(this.clock.timeZone);
    const isSilent = Temporal.ZonedDateTime.compare(reported, this.clock.ago(this.config.silentAfter)) < 0;

    if (!available) return { percent: -2, line: `${name}: unavailable` };
    if (isSilent) return { percent: -1, line: `${name}: silent since ${reported.toPlainDate().toString()}` };
    if (entityId.startsWith('binary_sensor.')) return state === 'on' ? { percent: 0, line: `${name}: low` } : undefined;
    if (number === undefined || number >= this.config.below) return undefined;
    return { percent: number, line: `${name}: ${number} %` };
  }

  private async send() {
    const lines = this.digest();
    if (lines.length > 0) {
      this.logger.info(`${lines.length} batteries want attention`);
      await this.api.call(this.config.notify, { data: { title: 'Batteries', message: lines.join('\n') } });
    }
    await this.sentFor.set(this.dueDay());
  }

  /** The last day whose digest is due by now. */
  private dueDay(): string {
    const now = this.clock.now();
    const isDue = Temporal.PlainTime.compare(now.toPlainTime(), this.config.at) >= 0;
    return now
      .toPlainDate()
      .subtract({ days: isDue ? 0 : 1 })
      .toString();
  }
}

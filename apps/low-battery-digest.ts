import { App, duration, serviceId, timeOfDay, z } from 'hassette';

const Config = z.object({
  at: timeOfDay().default('09:00'),
  /** In percent. */
  below: z.number().min(1).max(100).default(20),
  /** A battery that has not reported for this long is listed too: a dead device keeps its last value for ever. */
  silentAfter: duration().default('7d'),
  ignore: z.array(z.string()).default([]),
  /** Entities with this label are left out as well. */
  ignoreLabel: z.string().optional(),
  notify: serviceId('notify'),
});

/**
 * Tells once a day which batteries are low, and which devices have gone silent.
 *
 * Met: percentages and binary batteries; the room in the message; what is left out by label; a dead device whose last value stays; unavailable ones; devices that are added
 * later; nothing is sent when there is nothing to say.
 *
 * Not yet: a digest missed because the daemon was off is not sent late, and one that has been sent is not remembered
 * (needs storage).
 */
export class LowBatteryDigest extends App.with(Config) {
  override onInitialize() {
    this.scheduler.runDaily(this.config.at, { name: 'digest' }, () => this.send());
  }

  /** One line for each battery that wants attention, the emptiest first. */
  digest(): string[] {
    const { below, ignore, ignoreLabel, silentAfter } = this.config;
    const silentSince = this.clock.ago(silentAfter).toInstant();
    const lines: { readonly percent: number; readonly line: string }[] = [];

    for (const entityId of this.states.entityIds({ device_class: 'battery' })) {
      const state = this.states.get(entityId);
      const entity = this.entity(entityId);
      if (state === undefined || ignore.includes(entityId)) continue;
      if (ignoreLabel !== undefined && entity.labels.includes(ignoreLabel)) continue;
      const friendlyName = state.attributes['friendly_name'];
      const room = entity.area === undefined ? '' : ` (${entity.area.name})`;
      const name = `${typeof friendlyName === 'string' ? friendlyName : entityId}${room}`;
      if (!state.available) lines.push({ percent: -2, line: `${name}: unavailable` });
      else if (Temporal.Instant.compare(state.lastUpdated, silentSince) < 0)
        lines.push({ percent: -1, line: `${name}: silent since ${state.lastUpdated.toString().slice(0, 10)}` });
      else if (entityId.startsWith('binary_sensor.') && state.state === 'on')
        lines.push({ percent: 0, line: `${name}: low` });
      else if (state.number !== undefined && state.number < below)
        lines.push({ percent: state.number, line: `${name}: ${state.number} %` });
    }
    return lines.toSorted((a, b) => a.percent - b.percent).map(({ line }) => line);
  }

  private async send() {
    const lines = this.digest();
    if (lines.length === 0) {
      this.logger.info('all batteries are well');
      return;
    }
    this.logger.info(`${lines.length} batteries want attention`);
    await this.api.call(this.config.notify, { data: { title: 'Batteries', message: lines.join('\n') } });
  }
}

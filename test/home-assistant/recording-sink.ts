import type { HomeSink, HomeSnapshot, HomeStatus } from '../../src/home-assistant/home-link.ts';
import type { EntitiesMessage, HomeConfig, WireEvent } from '../../src/home-assistant/protocol/wire.ts';

/** Notes what a link tells, in order. */
export class RecordingSink implements HomeSink {
  readonly statuses: HomeStatus[] = [];
  readonly snapshots: HomeSnapshot[] = [];
  readonly differences: EntitiesMessage[] = [];
  readonly events: WireEvent[] = [];
  readonly configs: HomeConfig[] = [];
  /** What was told, in one word each. */
  readonly told: string[] = [];

  get phases(): readonly string[] {
    return this.statuses.map(({ phase }) => phase);
  }

  onStatus(status: HomeStatus): void {
    this.statuses.push(status);
    this.told.push(status.phase);
  }

  onSnapshot(snapshot: HomeSnapshot): void {
    this.snapshots.push(snapshot);
    this.told.push('snapshot');
  }

  onDifferences(differences: EntitiesMessage): void {
    this.differences.push(differences);
    this.told.push('differences');
  }

  onEvent(event: WireEvent): void {
    this.events.push(event);
    this.told.push(`event ${event.event_type}`);
  }

  onConfig(config: HomeConfig): void {
    this.configs.push(config);
    this.told.push('config');
  }
}

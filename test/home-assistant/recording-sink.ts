import type { HomeSink, HomeSnapshot, HomeStatus } from '../../src/home-assistant/home-link.ts';
import type {
  CompressedDifference,
  EntitiesMessage,
  HomeConfig,
  WireEvent,
} from '../../src/home-assistant/protocol/wire.ts';

/** Notes what a link tells, in order. */
export class RecordingSink implements HomeSink {
  readonly statuses: HomeStatus[] = [];
  readonly snapshots: HomeSnapshot[] = [];
  readonly differences: EntitiesMessage[] = [];
  readonly events: WireEvent[] = [];
  readonly configs: HomeConfig[] = [];
  /** What was told, in a word or two each. */
  readonly told: string[] = [];
  readonly #waiting: (() => void)[] = [];

  get phases(): readonly string[] {
    return this.statuses.map(({ phase }) => phase);
  }

  /** Waits until something holds that follows from what is told. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  onStatus(status: HomeStatus): void {
    this.statuses.push(status);
    this.#note(status.phase);
  }

  onSnapshot(snapshot: HomeSnapshot): void {
    this.snapshots.push(snapshot);
    this.#note('snapshot');
  }

  onDifferences(differences: EntitiesMessage): void {
    this.differences.push(differences);
    this.#note('differences');
  }

  onDifference(entityId: string, difference: CompressedDifference): void {
    this.onDifferences({ c: { [entityId]: difference } });
  }

  onEvent(event: WireEvent): void {
    this.events.push(event);
    this.#note(`event ${event.event_type}`);
  }

  onConfig(config: HomeConfig): void {
    this.configs.push(config);
    this.#note('config');
  }

  #note(what: string): void {
    this.told.push(what);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

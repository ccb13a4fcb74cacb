import type { Clock, Timer } from '../kernel/clock.ts';
import type { CoreState } from '../home-assistant/protocol/wire.ts';

/** How far up the home is. */
export type Phase = 'down' | 'early' | 'set-up' | 'starting' | 'running';

export interface StartPace {
  /** From the open port to `homeassistant_start`. @defaultValue 2000 */
  readonly startMs?: number | undefined;
  /**
   * How long the entities take to come back, one by one, from the middle of the start on: as with slow integrations, the
   * home may say that it runs before the last is there.
   *
   * @defaultValue 0
   */
  readonly entitiesMs?: number | undefined;
}

export interface RestartPace extends StartPace {
  /** As long as this the port refuses. @defaultValue 2000 */
  readonly downMs?: number | undefined;
}

export interface LifecycleEffects {
  /** Entities, services and components go. */
  readonly onDown: () => void;
  /** The port answers; there is nothing yet but the core. */
  readonly onUp: () => void;
  /** Integrations are there, with their services and entities. */
  readonly onSetUp: (entitiesMs: number) => void;
  readonly onStart: () => void;
  readonly onStarted: () => void;
}

/** Between `homeassistant_start` and `homeassistant_started` in a small house. */
const startedAfterMs = 5;

/** The way down and up again, at the pace of a real home: refused for two seconds, NOT_RUNNING for two more. */
export class Lifecycle {
  readonly #clock: Clock;
  readonly #effects: LifecycleEffects;
  #phase: Phase = 'running';
  #next: Timer | undefined;

  constructor(clock: Clock, effects: LifecycleEffects) {
    this.#clock = clock;
    this.#effects = effects;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get coreState(): CoreState {
    if (this.#phase === 'running') return 'RUNNING';
    return this.#phase === 'starting' ? 'STARTING' : 'NOT_RUNNING';
  }

  /** What the phase brings with it is there: entities and the services of integrations. */
  get isSetUp(): boolean {
    return this.#phase === 'running' || this.#phase === 'starting' || this.#phase === 'set-up';
  }

  goDown(): void {
    this.#next?.cancel();
    if (this.#phase === 'down') return;
    this.#phase = 'down';
    this.#effects.onDown();
  }

  restart({ downMs = 2000, ...pace }: RestartPace = {}): void {
    this.goDown();
    this.#after(downMs, () => this.start(pace));
  }

  start({ startMs = 2000, entitiesMs = 0 }: StartPace = {}): void {
    if (this.#phase !== 'down') return;
    this.#enter('early', this.#effects.onUp);
    this.#after(startMs / 2, () => {
      this.#enter('set-up', () => this.#effects.onSetUp(entitiesMs));
      this.#after(startMs / 2, () => {
        this.#enter('starting', this.#effects.onStart);
        this.#after(startedAfterMs, () => this.#enter('running', this.#effects.onStarted));
      });
    });
  }

  #enter(phase: Phase, effect: () => void): void {
    this.#phase = phase;
    effect();
  }

  #after(delayMs: number, act: () => void): void {
    this.#next?.cancel();
    this.#next = this.#clock.after(delayMs, `the simulated home is ${this.#phase}`, act);
  }
}

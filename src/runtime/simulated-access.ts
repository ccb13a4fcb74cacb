import { Resource } from '../kernel/resource.ts';
import type { HomeAccess } from './homes.ts';
import type { LivingHome } from './living-home.ts';

/** A simulated home, living inside the daemon. */
export class SimulatedAccess extends Resource implements HomeAccess {
  readonly #living: LivingHome;

  constructor(owner: Resource, home: string, living: LivingHome) {
    super(`simulated.${home}`, owner);
    this.#living = living;
  }

  get transport(): HomeAccess['transport'] {
    return this.#living.home.transport;
  }

  get token(): string {
    return this.#living.home.token;
  }

  protected override onStart(): void {
    this.#living.start();
  }

  protected override onStop(): void {
    this.#living.stop();
  }
}

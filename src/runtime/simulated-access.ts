import type { Configuration } from '../config/schema.ts';
import { Resource } from '../kernel/resource.ts';
import { DemoHome } from '../simulator/demo-home.ts';
import type { HomeAccess } from './homes.ts';

/** The demo home, living inside the daemon. */
export class SimulatedAccess extends Resource implements HomeAccess {
  readonly #demo: DemoHome;

  constructor(owner: Resource, home: string, { seed }: Configuration['simulate']) {
    super(`simulated.${home}`, owner);
    this.#demo = new DemoHome({ clock: this.clock, seed });
  }

  get transport(): HomeAccess['transport'] {
    return this.#demo.home.transport;
  }

  get token(): string {
    return this.#demo.home.token;
  }

  protected override onStart(): void {
    this.#demo.start();
  }

  protected override onStop(): void {
    this.#demo.stop();
  }
}

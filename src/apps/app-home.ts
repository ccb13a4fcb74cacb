import { Api } from '../home-assistant/api/api.ts';
import type { HomePhase } from '../home-assistant/home-link.ts';
import type { Asker } from '../home-assistant/calls/home-requests.ts';
import type { HomeName } from '../home-assistant/subscriptions/state-types.ts';
import { StatesView } from '../home-assistant/states/states-view.ts';

/** All homes by name. */
export type AppHomes = { readonly [Name in HomeName]: AppHome };

/** A home, as an app is given it. */
export class AppHome {
  /** The states of the home. */
  readonly states: StatesView;
  /** What this home can be asked and told. */
  readonly api: Api;
  readonly #asker: Asker;

  constructor(asker: Asker) {
    this.#asker = asker;
    this.states = new StatesView(asker.home);
    this.api = new Api(asker);
  }

  /** Its name in the configuration. */
  get name(): string {
    return this.#asker.home.home;
  }

  /** How the connection to it is. */
  get status(): HomePhase {
    return this.#asker.home.connection.phase;
  }

  /** Whether what is known of it is its present. */
  get ready(): boolean {
    return this.#asker.home.ready;
  }

  /** Its time zone, as in `Europe/Berlin`. */
  get timeZone(): string {
    return this.#asker.home.timeZone;
  }
}

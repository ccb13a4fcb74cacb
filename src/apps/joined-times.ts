import { CalendarFeed } from '../home-assistant/calendar-feed.ts';
import type { Home } from '../home-assistant/home.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logging.ts';
import type { CalendarReach, HomeTimes, SaidValue } from '../scheduler/home-times.ts';
import type { SunPlace } from '../scheduler/sun-times.ts';

/** In whose name a home is asked about times. */
export interface JoinedTimesOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What the scheduler has to know of a home, from its mirror and its calendars. */
export class JoinedTimes implements HomeTimes {
  readonly #options: JoinedTimesOptions;

  constructor(options: JoinedTimesOptions) {
    this.#options = options;
  }

  place(): SunPlace | undefined {
    return this.#options.home.position;
  }

  value(entityId: string, attribute: string | undefined): SaidValue {
    const { home } = this.#options;
    return {
      read: () => {
        const state = home.mirror.get(entityId);
        return attribute === undefined ? state?.state : state?.attributes[attribute];
      },
      follow: (onChange) => {
        const end = home.states.subscribe(entityId, onChange);
        return { [Symbol.dispose]: end };
      },
    };
  }

  calendar(entityId: string, reach: CalendarReach): CalendarFeed {
    return new CalendarFeed({ ...this.#options, calendar: entityId, ...reach });
  }
}

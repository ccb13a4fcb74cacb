import type {
  CalendarEntry,
  CalendarFeed,
  CalendarReach,
  HomeTimes,
  SaidValue,
} from '../../src/scheduler/home-times.ts';
import type { SunPlace } from '../../src/scheduler/sun-times.ts';

const BERLIN: SunPlace = { latitude: 52.52, longitude: 13.405, elevationM: 0 };
/** Where the sun does not set from May to July, nor rise from November to January. */
export const TROMSO: SunPlace = { latitude: 69.6492, longitude: 18.9553, elevationM: 0 };

/** A home that says what a test wants it to. */
export class SaidHome implements HomeTimes {
  position: SunPlace | undefined;
  entries: readonly CalendarEntry[] = [];
  reach: CalendarReach | undefined;
  readonly #values = new Map<string, unknown>();
  readonly #followers = new Set<() => void>();

  constructor(position: SunPlace | undefined = BERLIN) {
    this.position = position;
  }

  get followed(): number {
    return this.#followers.size;
  }

  place(): SunPlace | undefined {
    return this.position;
  }

  value(entityId: string, attribute?: string): SaidValue {
    return {
      read: () => this.#values.get(`${entityId} ${attribute ?? ''}`),
      follow: (onChange) => this.#follow(onChange),
    };
  }

  calendar(_entityId: string, reach: CalendarReach): CalendarFeed {
    this.reach = reach;
    return { entries: () => this.entries, follow: (onChange) => this.#follow(onChange) };
  }

  say(value: unknown, entityId = 'sensor.alarm', attribute?: string): void {
    this.#values.set(`${entityId} ${attribute ?? ''}`, value);
    this.tell();
  }

  plan(...entries: readonly Pick<CalendarEntry, 'summary' | 'start' | 'end'>[]): void {
    this.entries = entries.map((entry) => ({ description: undefined, location: undefined, ...entry }));
    this.tell();
  }

  tell(): void {
    for (const onChange of [...this.#followers]) onChange();
  }

  #follow(onChange: () => void): Disposable {
    this.#followers.add(onChange);
    return { [Symbol.dispose]: () => void this.#followers.delete(onChange) };
  }
}

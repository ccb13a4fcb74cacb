import type { VirtualClock } from '../kernel/virtual-clock.ts';
import type { JsonObject } from '../simulator/json.ts';
import type { ServiceCallRecord, SimulatedHome } from '../simulator/simulated-home.ts';

/**
 * A simulated home of a test. Whatever a method sets off has come to rest when its promise resolves.
 *
 * @example
 * ```ts
 * await t.in('cabin').set('binary_sensor.door', 'on');
 * expect(t.in('cabin').state('light.porch')).toBe('on');
 * ```
 */
export class HomeUnderTest {
  /** The simulated home itself, for what has no method here: restarts, lost connections, services of one's own. */
  readonly home: SimulatedHome;
  readonly #clock: VirtualClock;
  readonly #name: string;

  constructor(name: string, home: SimulatedHome, clock: VirtualClock) {
    this.#name = name;
    this.home = home;
    this.#clock = clock;
  }

  /** The present virtual time, in its time zone. */
  get now(): Temporal.ZonedDateTime {
    const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(this.#clock.nowMs()));
    return now.toZonedDateTimeISO(this.home.timeZone());
  }

  /**
   * Sets a state, as a device would, and lets the app react. A new entity gets what its domain has; attributes that are
   * not named stay.
   */
  async set(
    entityId: string,
    state: string | number,
    attributes: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    this.home.setState(entityId, String(state), attributes);
    await this.#clock.settle();
  }

  /** Takes an entity out of the home, and lets the app react. */
  async remove(entityId: string): Promise<void> {
    this.home.removeState(entityId);
    await this.#clock.settle();
  }

  /** Fires an event of the home, as an integration would, and lets the app react. */
  async fire(eventType: string, data: JsonObject = {}): Promise<void> {
    this.home.fireEvent(eventType, data);
    await this.#clock.settle();
  }

  /**
   * The state of an entity.
   *
   * @throws TypeError where there is no such entity.
   */
  state(entityId: string): string {
    const state = this.home.state(entityId);
    if (state !== undefined) return state;
    throw new TypeError(`Home "${this.#name}" has no entity "${entityId}"; give it to runApp, or set it first`);
  }

  /** The attributes of an entity. */
  attributes(entityId: string): Readonly<Record<string, unknown>> {
    return this.home.attributes(entityId) ?? {};
  }

  /** The service calls that the home has accepted, the oldest first; of one service if it is named. */
  calls(service?: string): readonly ServiceCallRecord[] {
    const { calls } = this.home;
    return service === undefined ? [...calls] : calls.filter((call) => `${call.domain}.${call.service}` === service);
  }
}

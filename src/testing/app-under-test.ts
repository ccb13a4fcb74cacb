import type { AppReport } from '../apps/host-control.ts';
import type { JsonObject } from '../simulator/json.ts';
import { type DurationInput, durationMs, signedDurationMs } from '../kernel/duration.ts';
import { HassetteError, InvalidArgument } from '../kernel/errors.ts';
import type { LogRecord } from '../kernel/logging.ts';
import type { VirtualClock } from '../kernel/virtual-clock.ts';
import type { Json } from '../storage/storable.ts';
import type { DaemonUnderTest } from './daemon-under-test.ts';
import type { ServiceCallRecord, SimulatedHome } from '../simulator/simulated-home.ts';
import type { AppFailure } from '../apps/host-control.ts';
import type { HomeUnderTest } from './home-under-test.ts';

/** Something was asked of an app in a test that it has not, where it runs. */
export class NotInThisThread extends HassetteError {
  readonly code = 'NOT_IN_THIS_THREAD';
  readonly audience = 'author';
}

/** The app of a test did not come up. */
export class AppDidNotStart extends HassetteError {
  readonly code = 'APP_DID_NOT_START';
  readonly audience = 'author';
  readonly report: AppReport | undefined;

  constructor(name: string, report: AppReport | undefined) {
    const { message = 'no reason is known', hint } = report?.problem ?? {};
    super(`"${name}" did not start: ${message}`, { hint });
    this.report = report;
  }
}

/** What an `AppUnderTest` is made of. */
export interface TestBench {
  readonly daemon: DaemonUnderTest;
  readonly clock: VirtualClock;
  /** The app's own home, and all of them by name. */
  readonly home: HomeUnderTest;
  readonly homes: ReadonlyMap<string, HomeUnderTest>;
  readonly name: string;
  readonly logs: readonly LogRecord[];
  readonly failures: readonly AppFailure[];
  /** The app itself, where it lives in this thread. */
  readonly app: () => unknown;
}

/**
 * An app that runs in the real daemon, on a simulated home, under virtual time.
 *
 * Whatever a method sets off has come to rest when its promise resolves: handlers have run, calls have been answered,
 * and all that is left waits for virtual time.
 */
export class AppUnderTest<A> implements AsyncDisposable {
  readonly #bench: TestBench;

  constructor(bench: TestBench) {
    this.#bench = bench;
  }

  /**
   * The app's instance, to call its methods.
   *
   * @throws NotInThisThread where the app runs in a thread of its own.
   */
  get app(): A {
    const app = this.#bench.app();
    if (app === undefined) {
      throw new NotInThisThread(`"${this.#bench.name}" runs in a thread of its own, where a test cannot reach it`, {
        hint: "Look at what it does to the home (t.state, t.calls), or run this test with isolation: 'main'.",
      });
    }
    // The finder gave the host this very class.
    return app as A;
  }

  /** The simulated home, for what has no method here: restarts, lost connections, services of one's own. */
  get home(): SimulatedHome {
    return this.#bench.home.home;
  }

  /**
   * One of the homes, where there are several: to set its states and to look at them.
   *
   * @example
   * ```ts
   * await t.in('cabin').set('binary_sensor.door', 'on');
   * expect(t.in('cabin').calls('light.turn_on')).toHaveLength(1);
   * ```
   * @throws InvalidArgument where the test has no home of that name.
   */
  in(home: string): HomeUnderTest {
    const { homes } = this.#bench;
    const found = homes.get(home);
    if (found !== undefined) return found;
    throw new InvalidArgument(`The test has no home "${home}"`, {
      hint: `Its homes are ${[...homes.keys()].join(', ')}; others are given in runApp's \`homes\`.`,
    });
  }

  /** The present virtual time, in the home's time zone. */
  get now(): Temporal.ZonedDateTime {
    return this.#bench.home.now;
  }

  /** How the app is: `running`, `failed` with its problem, … */
  get report(): AppReport | undefined {
    return this.#bench.daemon.runtime.apps.app(this.#bench.name);
  }

  /** All that has been logged, whatever the level. */
  get logs(): readonly LogRecord[] {
    return this.#bench.logs;
  }

  /** What handlers, jobs, hooks and tasks of the app threw. */
  get failures(): readonly AppFailure[] {
    return this.#bench.failures;
  }

  /**
   * Sets a state of the home, as a device would, and lets the app react. A new entity gets what its domain has;
   * attributes that are not named stay.
   *
   * @example
   * ```ts
   * await t.set('sensor.outdoor_temperature', 21.5);
   * await t.set('light.hallway', 'on', { brightness: 40 });
   * ```
   */
  async set(
    entityId: string,
    state: string | number,
    attributes: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.#bench.home.set(entityId, state, attributes);
  }

  /** Takes an entity out of the home, and lets the app react. */
  async remove(entityId: string): Promise<void> {
    await this.#bench.home.remove(entityId);
  }

  /** Fires an event of the home, as an integration would, and lets the app react. */
  async fire(eventType: string, data: JsonObject = {}): Promise<void> {
    await this.#bench.home.fire(eventType, data);
  }

  /**
   * Lets virtual time pass: whatever falls due runs, in order.
   *
   * @throws NotQuiet where something neither ends nor waits for virtual time; it is named.
   */
  async advance(duration: DurationInput): Promise<void> {
    await this.#bench.clock.advanceBy(durationMs(duration));
  }

  /**
   * Sets the clocks on the wall, the daemon's and the homes', forward or back: `'5m'`, `'-1h'`. No time passes by that.
   *
   * @throws InvalidArgument where it is no length of time; NotInThisThread where the app runs in a thread of its own,
   * whose clock cannot be set from here.
   */
  async stepClock(by: DurationInput): Promise<void> {
    if (this.#bench.app() === undefined) {
      throw new NotInThisThread(`"${this.#bench.name}" runs in a thread of its own, whose clock a test cannot set`, {
        hint: "Run this test with isolation: 'main'.",
      });
    }
    this.#bench.clock.stepWall(signedDurationMs(by, 'the step of the clock'));
    await this.settle();
  }

  /**
   * Lets virtual time pass until a moment: a time of day, today or else tomorrow, or a date and time in the home's zone.
   *
   * @example
   * ```ts
   * await t.advanceTo('07:30');
   * await t.advanceTo('2026-10-25T03:00');
   * ```
   */
  async advanceTo(time: string): Promise<void> {
    const { clock, home } = this.#bench;
    await clock.advanceTo(momentOf(time, home.now).epochMilliseconds);
  }

  /**
   * Calls something of the app and waits for it, while as much virtual time passes as it takes. Awaited without this it
   * would wait for ever: nobody would let time pass.
   *
   * @example
   * ```ts
   * const changed = await t.run((app) => app.bus.waitFor('light.hallway', { to: 'on', timeout: '1m' }));
   * ```
   * @throws what it throws; NotInThisThread where the app runs in a thread of its own; NotQuiet where nothing is left
   * that it could wait for.
   */
  async run<T>(work: (app: A) => Promise<T> | T): Promise<T> {
    const { app } = this;
    return this.#bench.clock.pump((async () => work(app))());
  }

  /** Waits until all is quiet, without letting time pass. */
  async settle(): Promise<void> {
    await this.#bench.clock.settle();
  }

  /**
   * The state of an entity in the home.
   *
   * @throws TypeError where there is no such entity.
   */
  state(entityId: string): string {
    return this.#bench.home.state(entityId);
  }

  /** The attributes of an entity in the home. */
  attributes(entityId: string): Readonly<Record<string, unknown>> {
    return this.#bench.home.attributes(entityId);
  }

  /**
   * The service calls that the home has accepted, the oldest first; of one service if it is named.
   *
   * @example
   * ```ts
   * expect(t.calls('light.turn_on')).toMatchObject([{ target: { entity_id: ['light.hallway'] } }]);
   * ```
   */
  calls(service?: string): readonly ServiceCallRecord[] {
    return this.#bench.home.calls(service);
  }

  /**
   * What the app has stored, by the keys of its store.
   *
   * @example
   * ```ts
   * expect(await t.stored()).toEqual({ rings: 2 });
   * ```
   */
  async stored(): Promise<Readonly<Record<string, Json>>> {
    return this.#bench.daemon.stored();
  }

  /** Starts the daemon. `runApp` has done so. @throws AppDidNotStart */
  async start(): Promise<void> {
    await this.#bench.daemon.start();
    const { report } = this;
    if (report?.status === 'failed') throw new AppDidNotStart(this.#bench.name, report);
  }

  /**
   * Stops the daemon, and starts it again with what it has stored. Meanwhile the home goes on. `t.app` is then the new
   * instance.
   *
   * @example
   * ```ts
   * await t.restart({ down: '10m' });
   * ```
   * @param options.down - how long it is away. @defaultValue no time
   * @throws AppDidNotStart where the app does not come up again.
   */
  async restart({ down }: { readonly down?: DurationInput | undefined } = {}): Promise<void> {
    await this.stop();
    if (down !== undefined) await this.advance(down);
    await this.start();
  }

  /** Stops the daemon, the app's shutdown hooks included. What it did to the home can still be looked at. */
  async stop(): Promise<void> {
    await this.#bench.daemon.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bench.daemon.close();
  }
}

function momentOf(time: string, now: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  if (time.includes('T'))
    return time.includes('[')
      ? Temporal.ZonedDateTime.from(time)
      : Temporal.PlainDateTime.from(time).toZonedDateTime(now.timeZoneId);
  const today = now.withPlainTime(Temporal.PlainTime.from(time));
  return Temporal.ZonedDateTime.compare(today, now) > 0 ? today : today.add({ days: 1 });
}

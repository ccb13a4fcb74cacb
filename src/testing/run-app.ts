import { dirname, basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { appBrand, type AppClass, appClassOf, appHomeName, appSchema, makeApp } from '../apps/app.ts';
import type { AppFinder } from '../apps/app-loader.ts';
import type { AppFailure } from '../apps/host-control.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import { Logging, type LogLevel, type LogRecord } from '../kernel/logging.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { configurationOf } from '../runtime/configuration-of.ts';
import type { RegistrySetup } from '../simulator/registries/registries.ts';
import type { EntitySetup } from '../simulator/kept-entities.ts';
import { SimulatedHome } from '../simulator/simulated-home.ts';
import type { Json } from '../storage/storable.ts';
import { AppUnderTest } from './app-under-test.ts';
import { DaemonUnderTest } from './daemon-under-test.ts';
import { HomeUnderTest } from './home-under-test.ts';

/** A class of an app. */
export type TestableApp = abstract new () => unknown;

/** What the class's schema takes; nothing for a class without one. */
type ConfigOf<C> = C extends { readonly [appSchema]: infer Schema extends z.ZodType } ? z.input<Schema> : undefined;

/** An object that asks for nothing, as a default of all the rest. */
type Nothing = { readonly [Key in never]: never };

/** `config` can be left out where the schema takes an empty object. */
type GivenConfig<C> =
  undefined extends ConfigOf<C>
    ? { readonly config?: undefined }
    : Nothing extends ConfigOf<C>
      ? { readonly config?: ConfigOf<C> }
      : { readonly config: ConfigOf<C> };

/** A place on earth, in degrees: north and east are positive. */
export interface PlaceOnEarth {
  readonly latitude: number;
  readonly longitude: number;
}

/** A home beside the one that the app works on. */
export interface OtherHome {
  /** Its entities: a state each, or a state with attributes. */
  readonly states?: Readonly<Record<string, string | EntitySetup>> | undefined;
  /** Its areas, floors, labels and devices. @defaultValue none */
  readonly registries?: RegistrySetup | undefined;
  /** @defaultValue that of the app's own home */
  readonly timeZone?: string | undefined;
  /** Where it is, for the sun. @defaultValue Amsterdam */
  readonly place?: PlaceOnEarth | undefined;
  /** Names of its `notify` services. @defaultValue ['notify'] */
  readonly notifiers?: readonly string[] | undefined;
  /** It is not there when the app starts; `t.in('cabin').home.start()` lets it come. @defaultValue false */
  readonly away?: boolean | undefined;
}

export interface RunAppSettings {
  /** The home's entities: a state each, or a state with attributes. */
  readonly home?: Readonly<Record<string, string | EntitySetup>> | undefined;
  /**
   * Other homes, by the names by which the app finds them in `this.homes`.
   *
   * @defaultValue none: the app's own is the only one
   */
  readonly homes?: Readonly<Record<string, OtherHome>> | undefined;
  /** Areas, floors, labels and devices, and which entities stand in them or bear them. @defaultValue none */
  readonly registries?: RegistrySetup | undefined;
  /**
   * When it is: an instant, or a date and time with the time zone that is then the home's.
   *
   * @defaultValue '2026-01-15T12:00[Europe/Amsterdam]'
   */
  readonly now?: string | undefined;
  /** Where the home is, for the sun. @defaultValue Amsterdam */
  readonly place?: PlaceOnEarth | undefined;
  /** Names of the home's `notify` services. @defaultValue ['notify'] */
  readonly notifiers?: readonly string[] | undefined;
  /** The instance's name. @defaultValue the class's name, in snake case */
  readonly name?: string | undefined;
  /**
   * Where the app runs. `thread` needs `source`.
   *
   * @defaultValue what HASSETTE_TEST_ISOLATION says where `source` is given, else 'main'
   */
  readonly isolation?: 'main' | 'thread' | undefined;
  /** The app's file, for a thread to load it: `import.meta.resolve('./motion-light.ts')`. */
  readonly source?: string | undefined;
  /** What the app has stored before it starts, under the keys of its store. @defaultValue nothing */
  readonly store?: Readonly<Record<string, Json>> | undefined;
  /** The version of the schema by which that was stored. @defaultValue 1 */
  readonly storeVersion?: number | undefined;
  /** Prints the log from this level on. @defaultValue 'silent' */
  readonly log?: LogLevel | undefined;
  /** Whatever is left to chance follows from it. @defaultValue 1 */
  readonly seed?: number | undefined;
}

export type RunAppOptions<C> = RunAppSettings & GivenConfig<C>;

const QUIET_MS = 300_000;
const DEFAULT_NOW = '2026-01-15T12:00[Europe/Amsterdam]';

/**
 * Runs an app in the real daemon, on a simulated home held in memory, under virtual time. Nothing is mocked, nothing
 * global is replaced: any number of these can run side by side.
 *
 * @example
 * ```ts
 * await using t = await runApp(MotionLight, {
 *   config: { motion: 'binary_sensor.hallway', light: 'light.hallway', offAfter: '3m' },
 *   home: { 'binary_sensor.hallway': 'off', 'light.hallway': 'off' },
 * });
 * await t.set('binary_sensor.hallway', 'on');
 * expect(t.state('light.hallway')).toBe('on');
 * ```
 * @throws AppDidNotStart where a hook failed or the configuration is wrong.
 */
export async function runApp<C extends TestableApp>(
  appClass: C,
  ...[options]: Nothing extends RunAppOptions<C> ? [RunAppOptions<C>?] : [RunAppOptions<C>]
): Promise<AppUnderTest<InstanceType<C>>> {
  const settings: RunAppSettings & { readonly config?: unknown } = options ?? {};
  const hosted = appClassOf(appClass, appClass.name);
  if (hosted === undefined) {
    throw new InvalidArgument(`runApp was given ${appClass.name}, which is no app`, {
      hint: 'Give it a class that extends App.',
    });
  }
  const { epochMs, timeZone } = momentOf(settings.now ?? DEFAULT_NOW);
  const clock = new VirtualClock({ now: Temporal.Instant.fromEpochMilliseconds(epochMs) });
  const ownHome = hosted[appHomeName] ?? 'default';
  const { home: states, registries, notifiers, place, seed = 1 } = settings;
  const home = homeUnderTest(ownHome, { states, registries, notifiers, timeZone, place }, { clock, seed, index: 0 });
  const others = otherHomes(settings, ownHome).map(([other, setup], index) => {
    return [other, homeUnderTest(other, { timeZone, ...setup }, { clock, seed, index: index + 1 })] as const;
  });
  const homes = new Map([[ownHome, home], ...others]);
  const name = settings.name ?? snakeCase(appClass.name);
  const run = placeOf(settings, appClass.name);
  let instance: unknown;
  const logs: LogRecord[] = [];
  const failures: AppFailure[] = [];
  const print = settings.log !== undefined && settings.log !== 'silent';
  const logging = new Logging({ clock, level: settings.log ?? 'info', format: print ? 'pretty' : 'silent' });
  logging.tap((record) => logs.push(record));

  const daemon = new DaemonUnderTest({
    app: name,
    home: ownHome,
    onFailure: (failure) => failures.push(failure),
    clock,
    logging,
    version: 'test',
    configuration: configurationOf({
      homes: Object.fromEntries(Array.from(homes.keys(), (each) => [each, 'simulated' as const])),
      connection: { pingInterval: `${QUIET_MS}ms` },
      apps: {
        [name]: {
          class: run.className,
          config: { ...asRecord(settings.config) },
          isolation: run.isolation,
          home: ownHome,
        },
      },
    }),
    appsFolder: run.folder,
    homes: Object.fromEntries(
      Array.from(homes, ([each, { home: its }]) => [each, { transport: its.transport, token: its.token }]),
    ),
    finder: run.isolation === 'thread' ? undefined : finderOf(hosted, (made) => (instance = made)),
  });
  const bench = { daemon, clock, home, homes, name, logs, failures, app: () => instance };
  const underTest = new AppUnderTest<InstanceType<C>>(bench);
  try {
    await daemon.begin(settings.store ?? {}, settings.storeVersion);
    await underTest.start();
  } catch (error) {
    await underTest[Symbol.asyncDispose]();
    throw error;
  }
  return underTest;
}

/** @param index - what is left to chance differs from home to home. */
function homeUnderTest(
  name: string,
  { states, registries, notifiers, timeZone, place, away }: OtherHome,
  { clock, seed, index }: { readonly clock: VirtualClock; readonly seed: number; readonly index: number },
): HomeUnderTest {
  const home = new SimulatedHome({
    clock,
    seed: seed + index,
    config: { ...(timeZone === undefined ? {} : { time_zone: timeZone }), ...place },
    states,
    registries,
    notifiers,
    // In memory nobody is lost by itself; a month of virtual time would be mostly pings.
    limits: { pingAfterMs: QUIET_MS },
  });
  if (away === true) home.kill();
  return new HomeUnderTest(name, home, clock);
}

function otherHomes({ homes = {} }: RunAppSettings, ownHome: string): readonly (readonly [string, OtherHome])[] {
  if (!Object.hasOwn(homes, ownHome)) return Object.entries(homes);
  throw new InvalidArgument(`runApp was given "${ownHome}" among its homes, which is the app's own`, {
    hint: "What is in the app's own home is said by `home` and `registries`; `homes` are others.",
  });
}

/** A finder that knows one class, and sees what is made of it. */
function finderOf(appClass: AppClass, onMade: (app: unknown) => void): AppFinder {
  const seen: AppClass = {
    name: appClass.name,
    [appBrand]: appClass[appBrand],
    [appSchema]: appClass[appSchema],
    [appHomeName]: appClass[appHomeName],
    [makeApp](given) {
      const app = appClass[makeApp](given);
      onMade(app);
      return app;
    },
  };
  return { find: () => Promise.resolve({ file: 'test', name: appClass.name, appClass: seen }), busy: () => [] };
}

interface PlaceOfRun {
  readonly isolation: 'main' | 'thread';
  readonly folder: string;
  readonly className: string;
}

function placeOf({ isolation, source }: RunAppSettings, className: string): PlaceOfRun {
  const wanted =
    isolation ?? (source !== undefined && process.env['HASSETTE_TEST_ISOLATION'] === 'thread' ? 'thread' : 'main');
  if (wanted === 'main') return { isolation: 'main', folder: '.', className };
  if (source === undefined) {
    throw new InvalidArgument("runApp with isolation 'thread' needs the app's file", {
      hint: "A thread loads the app by itself: source: import.meta.resolve('./my-app.ts')",
    });
  }
  const file = source.startsWith('file:') ? fileURLToPath(source) : source;
  return { isolation: 'thread', folder: dirname(file), className: `${basename(file)}#${className}` };
}

function momentOf(now: string): { readonly epochMs: number; readonly timeZone: string } {
  try {
    if (now.includes('[')) {
      const moment = Temporal.ZonedDateTime.from(now);
      return { epochMs: moment.epochMilliseconds, timeZone: moment.timeZoneId };
    }
    return { epochMs: Temporal.Instant.from(now).epochMilliseconds, timeZone: 'Europe/Amsterdam' };
  } catch (cause) {
    throw new InvalidArgument(`runApp was given now: '${now}', which is no moment`, {
      hint: "Write an instant ('2026-03-29T00:30Z') or a time with its zone ('2026-03-29T01:30[Europe/Berlin]').",
      cause,
    });
  }
}

function asRecord(config: unknown): Readonly<Record<string, unknown>> {
  return typeof config === 'object' && config !== null ? { ...config } : {};
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])([A-Z])/g, '_$1').toLowerCase();
}

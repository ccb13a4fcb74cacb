import { z } from 'zod';
import { durationMs } from '../kernel/duration.ts';
import type { LogLevel } from '../kernel/logging.ts';
import { parseTimeOfDay } from '../kernel/time-of-day.ts';
import { address } from './address.ts';
import { contradictionsIn, storageAddress } from './storage-address.ts';

/**
 * The settings of a daemon. Each has its description here, once: editors show it (`hassette schema`), the reference
 * is checked against it, and a wrong value is told with it.
 */

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const satisfies readonly LogLevel[];

/** Names become parts of log paths (`app.hallway_light`) and of environment variables, hence the few characters. */
const instanceName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, { error: 'a name of letters, digits, _ and -, beginning with a letter' });

const logLevel = z.enum(logLevels);

const someMoment = 'a time of day, or a date and time, such as "07:30" or "2026-02-04T07:30"';
const moment = z.string({ error: someMoment }).refine(isMoment, { params: { expected: someMoment } });

/** A time of day, or a date and time. */
function isMoment(text: string): boolean {
  try {
    if (text.includes('T')) Temporal.PlainDateTime.from(text);
    else parseTimeOfDay(text);
    return true;
  } catch {
    return false; // As below.
  }
}

function readDuration(text: string): number | undefined {
  try {
    return durationMs(text);
  } catch {
    return undefined; // Its message is for the author of an app; the problem told here names file and path.
  }
}

function duration(byDefault: string, description: string, leastMs = 1) {
  const expected = 'a duration, such as "500ms", "30s", "3m" or "1h30m"';
  return z
    .string({ error: expected })
    .meta({ description, examples: [byDefault] })
    .transform((text, context) => {
      const ms = readDuration(text);
      if (ms !== undefined && ms >= leastMs) return ms;
      context.addIssue({ code: 'custom', params: { expected } });
      return z.NEVER;
    })
    .prefault(byDefault);
}

function count(byDefault: number, description: string) {
  return z.int().min(1).meta({ description }).default(byDefault);
}

const bytesOfUnit: Readonly<Record<string, number>> = { k: 1000, m: 1_000_000, g: 1_000_000_000 };

function bytes(byDefault: string, description: string) {
  const expected = 'a size, such as "500k", "10m" or "1g"';
  return z
    .string({ error: expected })
    .regex(/^[1-9]\d*[kmg]$/i, { error: expected })
    .meta({ description, examples: [byDefault] })
    .transform((text) => Number(text.slice(0, -1)) * (bytesOfUnit[text.slice(-1).toLowerCase()] ?? 1))
    .prefault(byDefault);
}

function path(description: string) {
  return z.string().min(1).meta({ description, path: true });
}

const HomeAddress = z.strictObject({
  url: address.meta({ description: 'Where Home Assistant answers.', examples: ['http://homeassistant.local:8123'] }),
  token: z
    .string()
    .trim()
    .min(1)
    .regex(/^\S+$/, { error: 'a long-lived access token, without spaces' })
    .meta({ description: 'A long-lived access token, made on the profile page of a user.', secret: true }),
  verifyTls: z.boolean().meta({ description: 'Refuse a certificate that does not verify.' }).default(true),
  ca: path('A PEM file with certificates that are trusted beside those that the machine knows.').optional(),
});

const Home = z
  .union([z.literal('simulated'), HomeAddress])
  .meta({ description: 'A Home Assistant, or "simulated" for the built-in one.' });

const AppInstance = z.strictObject({
  class: z
    .string()
    .min(1)
    .meta({
      description: "The export's name, or file.ts#Name.",
      examples: ['MotionLight', 'lights/motion.ts#MotionLight'],
    }),
  config: z.record(z.string(), z.unknown()).meta({ description: "What the class's own schema asks for." }).default({}),
  enabled: z.boolean().meta({ description: 'Whether the daemon starts it.' }).default(true),
  isolation: z
    .enum(['main', 'thread'])
    .meta({ description: "In the daemon's own thread, or in one of its own, where a loop without end harms no other." })
    .default('main'),
  home: z
    .string()
    .meta({ description: 'The home it works on, else the one its class names, the only one there is, or "default".' })
    .optional(),
  logLevel: logLevel.meta({ description: 'Its own log level.' }).optional(),
  dryRun: z.boolean().meta({ description: 'Log and record its calls, send none.' }).optional(),
  runsPerMinute: z
    .int()
    .min(1)
    .meta({ description: 'How many runs of its handlers may begin in a minute; what is more waits.' })
    .optional(),
});

const Logging = z
  .strictObject({
    level: logLevel.meta({ description: 'The least severe level that is written.' }).default('info'),
    format: z
      .enum(['auto', 'pretty', 'json'])
      .meta({ description: 'For eyes, or a JSON object a line; auto is pretty on a terminal.' })
      .default('auto'),
    levels: z
      .record(z.string(), logLevel)
      .meta({ description: 'Levels by path, such as "home.default" or "app.hallway_light".' })
      .default({}),
    file: path('A file that gets the lines as JSON as well.').optional(),
    rotate: z
      .strictObject({
        size: bytes('10m', 'The file is put aside before it grows beyond this.'),
        keep: count(5, 'How many files that were put aside stay.'),
      })
      .prefault({})
      .transform(({ size, keep }) => ({ maxBytes: size, keep })),
  })
  .prefault({});

const Paths = z
  .strictObject({
    apps: path('The folder of your classes. A relative path counts from the file that says it.').default('apps'),
    data: path('The folder the daemon keeps its own files in.').default('data'),
  })
  .prefault({});

const Storage = z
  .strictObject({
    adapter: z
      .enum(['embedded', 'memory', 'postgres', 'redis'])
      .meta({
        description:
          'A file of its own, the memory, which forgets, or a server; if not said, as "url" says, and memory where every home is simulated.',
      })
      .optional(),
    file: path('The file of the embedded storage, if not hassette.db in the data folder.').optional(),
    url: storageAddress
      .meta({
        description: 'The PostgreSQL or Redis that things are stored in.',
        examples: ['postgres://hassette:password@postgres/hassette', 'redis://redis/0'],
        secret: true,
      })
      .optional(),
    password: z.string().min(1).meta({ description: 'Its password, if not in "url".', secret: true }).optional(),
    schema: z
      .string()
      .regex(/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/, {
        error: 'a name of small letters, digits and _, beginning with a letter, and not with pg_',
      })
      .meta({ description: 'Of PostgreSQL: the schema that all is in, made if it is not there.' })
      .default('hassette'),
    prefix: z
      .string()
      .regex(/^\S{1,100}$/, { error: 'a text of 1 to 100 characters, without spaces' })
      .meta({ description: 'Of Redis: all keys begin with it.' })
      .default('hassette:'),
    connections: z
      .int()
      .min(2)
      .max(100)
      .meta({ description: 'Of PostgreSQL: no more connections at once.' })
      .default(4),
    verifyTls: z.boolean().meta({ description: 'Refuse a certificate that does not verify.' }).default(true),
    ca: path('A PEM file with certificates that are trusted beside those that the machine knows.').optional(),
  })
  .superRefine((storage, context) => {
    for (const { key, ...params } of contradictionsIn(storage)) {
      context.addIssue({ code: 'custom', path: [key], params });
    }
  })
  .prefault({});

const Connection = z
  .strictObject({
    onRefused: z
      .enum(['exit', 'retry'])
      .meta({ description: 'When every home refuses its token at start: end with exit code 2, or try again slowly.' })
      .default('exit'),
    connectTimeout: duration('10s', 'How long opening a connection and its handshake may take.'),
    callTimeout: duration('30s', 'How long a call may take that says nothing else, the wait for its home included.'),
    pingInterval: duration('10s', 'How often a quiet connection is tried; a dead one is found within twice this.'),
    firstRetry: duration('1s', 'The first wait before connecting again.'),
    lastRetry: duration('1m', 'What the waits grow to.'),
  })
  .prefault({})
  .transform((it) => ({
    onRefused: it.onRefused,
    connectTimeoutMs: it.connectTimeout,
    callTimeoutMs: it.callTimeout,
    pingIntervalMs: it.pingInterval,
    firstRetryMs: it.firstRetry,
    lastRetryMs: it.lastRetry,
  }));

const Limits = z
  .strictObject({
    startHook: duration('30s', "How long an app's start hooks may take."),
    drain: duration('4s', 'At a stop: how long running handlers may go on.', 0),
    shutdownHooks: duration('3s', 'At a stop: how long the shutdown hooks may take, all together.', 0),
    resourceStop: duration('1s', 'At a stop: how long everything else may take.', 0),
    execution: duration('10m', 'How long a run of a handler or job may take that says nothing else.'),
    maxPending: count(100, 'How many events may wait for a busy handler that says nothing else.'),
    eventBuffer: count(10_000, 'How many messages of a home may wait for their turn before its socket is paused.'),
    callsInFlight: count(100, 'How many calls of apps a home may be sent before it has answered one. Apps take turns.'),
    callsWaiting: count(1000, 'How many calls of one app may be in line for a home; more are refused.'),
    runsPerMinute: z
      .int()
      .min(1)
      .meta({ description: 'How many runs of the handlers of one app may begin in a minute; what is more waits.' })
      .optional(),
    historyEvents: z
      .int()
      .min(0)
      .meta({ description: 'What `bus.history` and `hassette events` remember: so many events of a home; 0 for none.' })
      .default(2000),
    historyEach: count(50, 'Of those, no more than so many of one entity, type of event, service or topic.'),
    historySize: bytes('4m', 'And no more than about so much, as JSON.'),
  })
  .prefault({})
  .transform((it) => ({
    startHookMs: it.startHook,
    drainMs: it.drain,
    shutdownHooksMs: it.shutdownHooks,
    resourceStopMs: it.resourceStop,
    executionMs: it.execution,
    maxPending: it.maxPending,
    eventBuffer: it.eventBuffer,
    callsInFlight: it.callsInFlight,
    callsWaiting: it.callsWaiting,
    runsPerMinute: it.runsPerMinute,
    history: { events: it.historyEvents, each: it.historyEach, bytes: it.historySize },
  }));

const Simulate = z
  .strictObject({
    home: path('A recording of a home to begin as, in place of the demo home.').optional(),
    seed: z.int().min(0).meta({ description: 'Another seed, another day in the demo home.' }).default(1),
    speed: z.number().positive().meta({ description: 'How many times faster than life time passes.' }).default(1),
    start: moment
      .meta({ description: 'The time of day, or the date and time, that it begins with in place of the present.' })
      .optional(),
    host: z.string().min(1).meta({ description: 'Where `hassette simulate` listens.' }).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).meta({ description: 'Its port; 0 takes a free one.' }).default(8123),
  })
  .prefault({});

/**
 * The schema of everything that can be configured.
 *
 * Its input is what a file, an environment or a command line says; its output has every default filled in and each
 * duration turned into milliseconds.
 */
export const ConfigurationSchema = z.strictObject({
  homes: z
    .record(instanceName, Home)
    .meta({ description: 'The Home Assistants to work with, by a name of yours.' })
    .refine((homes) => Object.keys(homes).length > 0, { params: { expected: 'at least one home' } }),
  apps: z
    .record(instanceName, AppInstance)
    .meta({ description: 'The apps to run, by a name of yours; several may use one class.' })
    .default({}),
  dryRun: z.boolean().meta({ description: 'Log and record the calls of all apps, send none.' }).default(false),
  logging: Logging.meta({ description: 'What is written, and how.' }),
  paths: Paths.meta({ description: 'Where things lie.' }),
  storage: Storage.meta({ description: 'Where things are stored that a restart is not to lose.' }),
  connection: Connection.meta({ description: 'How the daemon talks to its homes.' }),
  limits: Limits.meta({ description: 'How long things may take, and how much may wait.' }),
  simulate: Simulate.meta({ description: 'The built-in simulated home.' }),
});

type Parsed = z.output<typeof ConfigurationSchema>;

/** One app as it is configured, with its defaults. */
export type AppConfiguration = Parsed['apps'][string];

/** A home's address and token, or `'simulated'`. */
export type HomeConfiguration = Parsed['homes'][string];

/** The checked configuration: every default filled in, paths absolute, durations in milliseconds. */
export type Configuration = Parsed;

/**
 * What a configuration file may say.
 *
 * @example
 * ```ts
 * // hassette.ts
 * import type { ConfigurationInput } from 'hassette';
 *
 * export default {
 *   homes: { default: { url: 'http://homeassistant.local:8123', token: '${HOME_ASSISTANT_TOKEN}' } },
 * } satisfies ConfigurationInput;
 * ```
 */
export type ConfigurationInput = z.input<typeof ConfigurationSchema>;

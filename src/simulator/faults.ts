import type { Timer } from '../kernel/clock.ts';
import { type DurationInput, durationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Behaviour, ClientCommand } from './behaviours.ts';
import { seededChance } from './chance.ts';
import type { ClientConnection } from './client-connection.ts';

/** Which commands a fault concerns: by type (`'call_service'`), by several, or by whatever a function makes of them. */
export type CommandChoice = string | readonly string[] | ((command: ClientCommand) => boolean);

// --- Of the network -------------------------------------------------------------------------------------------------

/**
 * Nobody answers at the home's address: new connections are refused. Open ones stay; see `SimulatedHome.dropConnections`.
 *
 * @example
 * ```ts
 * const restore = t.home.add(unreachable());
 * t.home.dropConnections();
 * await t.advance('10s');
 * restore();
 * ```
 */
export function unreachable(): Behaviour {
  return { name: 'unreachable', admit: () => false };
}

/**
 * The network is dead, and neither side is told: what is sent arrives nowhere, and nothing closes. A client notices by
 * its pings alone. Connections on which something was lost stay dead when it is taken away, since TCP leaves no gaps.
 *
 * @example
 * ```ts
 * const restore = t.home.add(halfOpen());
 * await t.advance('1m');
 * restore();
 * ```
 */
export function halfOpen(): Behaviour {
  return { name: 'half-open', severs: () => true };
}

/**
 * The connection breaks off after so many frames to the client, and so does each that follows: in the middle of the
 * snapshot, or of whatever is being said then.
 *
 * @example
 * ```ts
 * t.home.add(cutAfter(20));
 * ```
 * @throws InvalidArgument where it is not at least one frame.
 */
export function cutAfter(frames: number): Behaviour {
  if (!Number.isInteger(frames) || frames < 1)
    throw new InvalidArgument(`cutAfter was given ${frames}, which is no number of frames`, {
      hint: 'Give it 1 or more.',
    });
  const sent = new WeakMap<ClientConnection, number>();
  return {
    name: 'cut',
    send: (frame, connection, pass) => {
      const count = (sent.get(connection) ?? 0) + 1;
      sent.set(connection, count);
      if (count <= frames) pass(frame);
      if (count === frames) connection.drop();
    },
  };
}

/**
 * A slow network: each frame to the client arrives late, all of them in their order. When it is taken away, those that
 * are on their way arrive at once.
 *
 * @example
 * ```ts
 * t.home.add(lag('2s'));
 * ```
 * @throws InvalidArgument where it is no duration.
 */
export function lag(duration: DurationInput): Behaviour {
  const delayMs = durationMs(duration, 'the lag');
  const underWay: { readonly timer: Timer; readonly arrive: () => void }[] = [];
  return {
    name: 'lag',
    send: (frame, { clock }, pass) => {
      const arrive = (): void => pass(frame);
      const timer = clock.after(delayMs, 'a frame of the simulated home is on its way', () => {
        underWay.shift();
        arrive();
      });
      underWay.push({ timer, arrive });
    },
    removed: () => {
      for (const { timer, arrive } of underWay.splice(0)) {
        timer.cancel();
        arrive();
      }
    },
  };
}

/**
 * The client seems to read nothing, so that what it is sent waits at the home, which puts up with that as a real one
 * does: 4,096 messages end the connection, and so do more than 1,024 for ten seconds.
 *
 * @example
 * ```ts
 * const restore = t.home.add(stall());
 * storm(t.home, { changes: 5000 });
 * await t.settle();
 * restore();
 * ```
 */
export function stall(): Behaviour {
  return { name: 'stall', stalls: () => true };
}

// --- Of what is said ------------------------------------------------------------------------------------------------

/** Frames to the client arrive as something else; by default cut in half, which is no JSON. */
export function garble(spoil: (frame: string) => string = (frame) => frame.slice(0, frame.length / 2)): Behaviour {
  return { name: 'garble', send: (frame, _connection, pass) => pass(spoil(frame)) };
}

/**
 * Frames to the client are very long, by a field that nobody knows. A large home's states are one frame of some
 * megabytes.
 *
 * @param bytes - of which there are at least so many in each.
 * @defaultValue 16 MiB
 */
export function giantFrames(bytes: number = 16 * 1024 * 1024): Behaviour {
  const padding = `{"padding":"${'x'.repeat(bytes)}",`;
  return {
    name: 'giant frames',
    send: (frame, _connection, pass) => pass(frame.replace('{', () => padding)),
  };
}

/**
 * The home says what its next release may say: with each frame come a message of a type that nobody knows, an answer
 * and an event that nobody asked for, and fields that are new.
 */
export function unknownMessages(): Behaviour {
  const novel = [
    { id: NOBODYS_ID, type: 'novelty', payload: { of: ['some', 'kind'] } },
    { id: NOBODYS_ID, type: 'event', event: { a: { 'light.of_nobody': { s: 'on', a: {}, c: 'x', lc: 0 } } } },
    { id: NOBODYS_ID, type: 'result', success: true, result: { of: 'nobody' } },
    { id: NOBODYS_ID, type: 'pong' },
  ];
  return {
    name: 'unknown messages',
    send: (frame, connection, pass) => {
      const known = messagesOf(frame)?.map((message) => ({ ...message, novel_field: 1 }));
      if (known === undefined) pass(frame);
      // Before somebody is let in, and to who takes messages one by one, nothing else is said.
      else if (connection.coalesce) pass(JSON.stringify([...novel, ...known]));
      else for (const message of known) pass(JSON.stringify(message));
    },
  };
}

/** Undefined where another fault has spoiled them. */
function messagesOf(frame: string): readonly object[] | undefined {
  try {
    const message: unknown = JSON.parse(frame);
    return (Array.isArray(message) ? message : [message]).filter((each) => typeof each === 'object' && each !== null);
  } catch {
    return undefined;
  }
}

/** No client counts so far. */
const NOBODYS_ID = 2_000_000_000;

// --- Of what is done ------------------------------------------------------------------------------------------------

/** Every token is refused, or the ones named. */
export function refuseAuth(...tokens: readonly string[]): Behaviour {
  return {
    name: 'refuse auth',
    authenticate: (token) => (tokens.length === 0 || tokens.includes(token) ? 'refuse' : undefined),
  };
}

/**
 * Commands are refused under a code of the test's choice: `unknown_command` as an older release does, `unauthorized` as
 * for a user who may not, `home_assistant_error` as an integration that is not up yet.
 *
 * @example
 * ```ts
 * t.home.add(refuse('unknown_command', 'subscribe_entities'));
 * t.home.add(refuse('home_assistant_error', ({ type, service }) => type === 'call_service' && service === 'lock'));
 * ```
 */
export function refuse(code: string, which: CommandChoice): Behaviour {
  const concerns = chosen(which);
  return {
    name: 'refuse',
    command: (command, connection, pass) => {
      if (concerns(command)) connection.fail(command.id, { code, message: `Refused with ${code}` });
      else pass(command);
    },
  };
}

/**
 * Commands are taken up late; all of them, or those that the test picks.
 *
 * @example
 * ```ts
 * t.home.add(delay('5s', 'call_service'));
 * ```
 * @throws InvalidArgument where it is no duration.
 */
export function delay(duration: DurationInput, which: CommandChoice = () => true): Behaviour {
  const delayMs = durationMs(duration, 'the delay');
  const concerns = chosen(which);
  return {
    name: 'delay',
    command: (command, { clock }, pass) => {
      if (concerns(command)) clock.after(delayMs, lateBy(command), () => pass(command));
      else pass(command);
    },
  };
}

/**
 * Commands that are under way together are done in another order than they were sent in, and so are their answers. Only
 * where Home Assistant may do so: it works side by side on calls of services, templates, triggers and whatever else
 * takes time; what it answers at once, subscriptions of events and the states among it, keeps its order. The events of
 * one subscription always do.
 *
 * @example
 * ```ts
 * t.home.add(reorder({ within: '2s', seed: 7 }));
 * ```
 */
export function reorder({ within = '1s', seed = 1 }: ReorderOptions = {}): Behaviour {
  const withinMs = durationMs(within, 'the time within which answers change places');
  const chance = seededChance(seed);
  return {
    name: 'reorder',
    command: (command, { clock }, pass) => {
      if (keepsItsTurn(command)) pass(command);
      else clock.after(Math.floor(chance() * withinMs), lateBy(command), () => pass(command));
    },
  };
}

export interface ReorderOptions {
  /** How late a command may be taken up. @defaultValue '1s' */
  readonly within?: DurationInput | undefined;
  /** The order follows from it. @defaultValue 1 */
  readonly seed?: number | undefined;
}

/** Commands are lost; all of them, or those that the test picks. The connection stays. */
export function swallow(which: CommandChoice = () => true): Behaviour {
  const concerns = chosen(which);
  return {
    name: 'swallow',
    command: (command, _connection, pass) => {
      if (!concerns(command)) pass(command);
    },
  };
}

/** What Home Assistant does before it reads on: the handlers in `websocket_api/commands.py` that are mere callbacks. */
const IN_TURN: ReadonlySet<string> = new Set([
  'ping',
  'supported_features',
  'auth/current_user',
  'subscribe_events',
  'unsubscribe_events',
  'subscribe_entities',
  'get_states',
  'get_config',
  'fire_event',
  'entity/source',
  'extract_from_target',
]);

function keepsItsTurn({ type }: ClientCommand): boolean {
  return IN_TURN.has(type) || (type.startsWith('config/') && type.includes('_registry/'));
}

function chosen(which: CommandChoice): (command: ClientCommand) => boolean {
  if (typeof which === 'function') return which;
  const types = typeof which === 'string' ? [which] : which;
  return ({ type }) => types.includes(type);
}

function lateBy({ type }: ClientCommand): string {
  return `the simulated home takes its time over ${type}`;
}

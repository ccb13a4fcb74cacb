import type { Clock } from '../kernel/clock.ts';
import type { Behaviour, ClientCommand } from './behaviours.ts';

/** Nobody answers at the home's address. Open connections stay; see `SimulatedHome.dropConnections`. */
export function unreachable(): Behaviour {
  return { name: 'unreachable', admit: () => false };
}

/** The network is dead, and neither side is told: what is sent arrives nowhere, and nothing closes. */
export function halfOpen(): Behaviour {
  return { name: 'half-open', severs: () => true };
}

/** Every token is refused, or the ones named. */
export function refuseAuth(...tokens: readonly string[]): Behaviour {
  return {
    name: 'refuse auth',
    authenticate: (token) => (tokens.length === 0 || tokens.includes(token) ? 'refuse' : undefined),
  };
}

/** Commands are taken up late; all of them, or those that the test picks. */
export function delay(
  clock: Clock,
  delayMs: number,
  which: (command: ClientCommand) => boolean = () => true,
): Behaviour {
  return {
    name: 'delay',
    command: (command, _connection, pass) => {
      if (which(command))
        clock.after(delayMs, `the simulated home takes its time over ${command.type}`, () => pass(command));
      else pass(command);
    },
  };
}

/** Commands are lost; all of them, or those that the test picks. The connection stays. */
export function swallow(which: (command: ClientCommand) => boolean = () => true): Behaviour {
  return {
    name: 'swallow',
    command: (command, _connection, pass) => {
      if (!which(command)) pass(command);
    },
  };
}

/** Commands are refused under a code of the test's choice. */
export function refuse(code: string, which: (command: ClientCommand) => boolean): Behaviour {
  return {
    name: 'refuse',
    command: (command, connection, pass) => {
      if (which(command)) connection.fail(command.id, { code, message: `Refused with ${code}` });
      else pass(command);
    },
  };
}

/** Frames to the client arrive as something else; by default cut in half, which is no JSON. */
export function garble(spoil: (frame: string) => string = (frame) => frame.slice(0, frame.length / 2)): Behaviour {
  return { name: 'garble', send: (frame, _connection, pass) => pass(spoil(frame)) };
}

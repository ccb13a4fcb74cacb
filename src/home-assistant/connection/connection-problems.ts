import {
  AuthRefused,
  ConnectionLost,
  FrameInvalid,
  HomeError,
  HomeStalled,
  HomeUnreachable,
  NotHomeAssistant,
  refusalOf,
} from '../home-errors.ts';
import type { HandshakeFailure } from '../protocol/handshake.ts';

/** Why a handshake failed, in words for whoever runs the daemon. */
export function problemOfHandshake(home: string, failure: HandshakeFailure): HomeError {
  switch (failure.kind) {
    case 'token-refused':
      return new AuthRefused(`Home Assistant "${home}" refused the token: ${failure.message}`, {
        hint: 'Make a long-lived access token in Home Assistant (your profile, Security) and give it as the token of this home.',
      });
    case 'not-home-assistant':
      return notHomeAssistant(home);
    case 'question-refused':
      return refusalOf({ type: failure.question }, failure.error);
  }
}

export function notHomeAssistant(home: string): NotHomeAssistant {
  return new NotHomeAssistant(`What answers at the address of home "${home}" does not talk as Home Assistant does`, {
    hint: 'Check host, port (8123 unless changed) and path: it is the address that a browser opens Home Assistant with.',
  });
}

/** Why a connection that had been open ended. */
export function problemOfClose(home: string, code: number, reason: string): ConnectionLost {
  const how =
    code === 1000 || code === 1001
      ? 'Home Assistant closed it, as it does when it stops or restarts'
      : code === 1006
        ? 'it broke off'
        : `it was closed with code ${code}${reason === '' ? '' : ` (${reason})`}`;
  return new ConnectionLost(`The connection to home "${home}" is gone: ${how}`, { mayHaveRun: false });
}

/** Nothing was heard for so long that the other side must be gone. */
export function problemOfSilence(home: string, silentMs: number): ConnectionLost {
  return new ConnectionLost(
    `The connection to home "${home}" is dead: nothing was heard for ${Math.round(silentMs / 1000)} s, a ping included`,
    { mayHaveRun: false },
  );
}

/** A step of an attempt took too long. */
export function problemOfStall(
  home: string,
  phase: 'connecting' | 'authenticating' | 'syncing',
  limitMs: number,
): HomeStalled {
  const step = {
    connecting: 'opening the connection',
    authenticating: 'asking to be let in',
    syncing: 'asking for configuration and states',
  }[phase];
  return new HomeStalled(`Home "${home}" did not answer within ${limitMs / 1000} s while ${step}`, {
    hint:
      phase === 'connecting'
        ? 'A firewall that drops packets, or a wrong host, looks like this. Try the address in a browser on this machine.'
        : 'Home Assistant may be overloaded. It is tried again.',
  });
}

export function problemOfFrame(home: string, cause: Error): FrameInvalid {
  return new FrameInvalid(`Home "${home}" sent what cannot be read: ${cause.message}`, { cause });
}

/** Why a socket could not be opened: what the transport says, or, should it throw something else, that. */
export function problemOfOpening(home: string, error: unknown): HomeError {
  if (error instanceof HomeError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new HomeUnreachable(`Home "${home}" cannot be reached: ${why}`, { cause: error });
}

/** What is one matter to whoever runs the daemon: a home that went away cannot be reached either. */
export function topicOf(problem: HomeError): string {
  const away = problem instanceof HomeUnreachable || problem instanceof HomeStalled;
  return away ? 'CONNECTION_LOST' : problem.code;
}

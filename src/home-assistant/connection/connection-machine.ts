import type { HomePhase } from '../home-link.ts';

/**
 * The life of a connection across all its attempts, as a table without I/O. What is said within one attempt is the
 * handshake's.
 *
 * | phase          | what is so                                                      | ends by               |
 * |----------------|-----------------------------------------------------------------|-----------------------|
 * | connecting     | a socket is being opened                                        | opened, ended         |
 * | authenticating | the home is asked to let us in                                  | entered, ended        |
 * | syncing        | configuration and states are asked for                          | entered, ready, ended |
 * | starting       | the home answers and is not up yet: that is waited for          | entered, ended        |
 * | ready          | states are known and followed                                   | ended                 |
 * | lost           | no connection; waits, longer each time, to try again            | retry                 |
 * | refused        | no connection; the token was refused; waits, long, to try again | retry                 |
 * | closed         | not begun, or stopped                                           | start                 |
 */
export interface ConnectionState {
  readonly phase: HomePhase;
  /** Counts attempts. */
  readonly generation: number;
  /** Attempts in a row that did not come to be ready, or did not stay so. */
  readonly failures: number;
  /** The problems that the operator was told of since a connection was last ready for long enough to be trusted. */
  readonly told: readonly string[];
}

export type ConnectionInput =
  | { readonly kind: 'start' }
  /** The socket is open. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'entered'; readonly phase: 'syncing' | 'starting' }
  | { readonly kind: 'ready' }
  /** The attempt or the connection is over. `steady`: it had been ready for long enough to be trusted. */
  | { readonly kind: 'ended'; readonly topic: string; readonly refused: boolean; readonly steady: boolean }
  /** The wait is over, or somebody knows that trying again now is worth it. */
  | { readonly kind: 'retry' }
  | { readonly kind: 'stop' };

export type ConnectionEffect =
  | { readonly do: 'open'; readonly generation: number }
  /** From here on the attempt has this long, by the phase, to get further. */
  | { readonly do: 'limit'; readonly phase: 'connecting' | 'authenticating' | 'syncing' }
  | { readonly do: 'unlimit' }
  | { readonly do: 'wait'; readonly failures: number; readonly slowly: boolean }
  /** Tell the operator of the problem at hand, which is a new one. */
  | { readonly do: 'tell' }
  | { readonly do: 'close' };

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

export const CONNECTION_START: ConnectionState = { phase: 'closed', generation: 0, failures: 0, told: [] };

export function stepConnection(state: ConnectionState, input: ConnectionInput): ConnectionStep {
  switch (input.kind) {
    case 'start':
      return state.phase === 'closed' ? open(state) : stay(state);
    case 'retry':
      return state.phase === 'lost' || state.phase === 'refused' ? open(state) : stay(state);
    case 'opened':
      if (state.phase !== 'connecting') return stay(state);
      return enter(state, 'authenticating', [{ do: 'limit', phase: 'authenticating' }]);
    case 'entered':
      return entered(state, input.phase);
    case 'ready':
      if (state.phase !== 'syncing') return stay(state);
      return {
        state: { ...state, phase: 'ready' },
        effects: [{ do: 'unlimit' }],
      };
    case 'ended':
      return ended(state, input);
    case 'stop':
      if (state.phase === 'closed') return stay(state);
      return enter(state, 'closed', [{ do: 'unlimit' }, { do: 'close' }]);
  }
}

/** Whether there is a connection, or an attempt at one, that can end. */
function isUnderWay(phase: HomePhase): boolean {
  return phase !== 'lost' && phase !== 'refused' && phase !== 'closed';
}

function open(state: ConnectionState): ConnectionStep {
  const generation = state.generation + 1;
  return {
    state: { ...state, phase: 'connecting', generation },
    effects: [
      { do: 'open', generation },
      { do: 'limit', phase: 'connecting' },
    ],
  };
}

function entered(state: ConnectionState, phase: 'syncing' | 'starting'): ConnectionStep {
  if ((state.phase === 'authenticating' || state.phase === 'starting') && phase === 'syncing') {
    return enter(state, 'syncing', [{ do: 'limit', phase: 'syncing' }]);
  }
  // A home may take minutes to start. That it is alive is known from its pongs.
  if (state.phase === 'syncing' && phase === 'starting') return enter(state, 'starting', [{ do: 'unlimit' }]);
  return stay(state);
}

function ended(state: ConnectionState, input: ConnectionInput & { kind: 'ended' }): ConnectionStep {
  if (!isUnderWay(state.phase)) return stay(state);
  const failures = input.steady ? 1 : state.failures + 1;
  // A connection that comes and goes is one matter, not one for each time.
  const told = input.steady ? [] : state.told;
  const isNew = !told.includes(input.topic);
  return {
    state: {
      ...state,
      phase: input.refused ? 'refused' : 'lost',
      failures,
      told: isNew ? [...told, input.topic] : told,
    },
    effects: [
      { do: 'unlimit' },
      ...(isNew ? [{ do: 'tell' } as const] : []),
      { do: 'wait', failures, slowly: input.refused },
    ],
  };
}

function enter(state: ConnectionState, phase: HomePhase, effects: readonly ConnectionEffect[]): ConnectionStep {
  return { state: { ...state, phase }, effects };
}

function stay(state: ConnectionState): ConnectionStep {
  return { state, effects: [] };
}

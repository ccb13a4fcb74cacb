import type { AuthMessage, CompressedState, HomeConfig, ResultMessage, WireError, WireState } from './wire.ts';
import { snapshotOf } from './compressed-state.ts';

/**
 * What is said on a new connection until the home's states are known, as a table without I/O:
 *
 * greeting → verdict → config → entities → done, or, with a home that does not know `subscribe_entities`,
 * … → config → entities → states → done.
 *
 * A home that is still starting answers, with few services and hardly an entity: the configuration is asked for again
 * until it says that the home runs.
 */
export type HandshakeState =
  | { readonly step: 'greeting' }
  | { readonly step: 'verdict' }
  /** `starting`: the home was seen while it did not run yet. */
  | { readonly step: 'config'; readonly starting: boolean }
  | { readonly step: 'entities'; readonly starting: boolean; readonly config: HomeConfig }
  | { readonly step: 'states'; readonly starting: boolean; readonly config: HomeConfig }
  | { readonly step: 'done' }
  | { readonly step: 'failed' };

/** What the handshake asks the home. */
export type Question =
  /** To put queued messages into one frame. Older homes do not know it. */
  | 'features'
  /** The home's time, to compare clocks. */
  | 'clock'
  /** `core_config_updated`, which also comes when the home has started. */
  | 'config-changes'
  | 'config'
  | 'entities'
  /** `state_changed`, for homes that do not know `subscribe_entities`. */
  | 'state-changes'
  | 'states';

export type HandshakeInput =
  | { readonly kind: 'auth'; readonly message: AuthMessage }
  | { readonly kind: 'answer'; readonly to: Question; readonly answer: ResultMessage }
  | { readonly kind: 'entities'; readonly added: Readonly<Record<string, CompressedState>> }
  /** The home says that its configuration changed, or so much time has passed that it is asked anyway. */
  | { readonly kind: 'look-again' }
  /** A message that nobody expects before the home has let us in. */
  | { readonly kind: 'stranger' };

export type HandshakeEffect =
  | { readonly do: 'authenticate' }
  | { readonly do: 'enter'; readonly phase: 'syncing' | 'starting' }
  | { readonly do: 'ask'; readonly what: Question }
  /** Subscribe to the events that somebody follows. */
  | { readonly do: 'follow' }
  | {
      readonly do: 'finish';
      readonly entities: Readonly<Record<string, CompressedState>>;
      readonly config: HomeConfig;
      readonly starting: boolean;
    }
  | { readonly do: 'fail'; readonly failure: HandshakeFailure };

export type HandshakeFailure =
  | { readonly kind: 'token-refused'; readonly message: string }
  | { readonly kind: 'not-home-assistant' }
  | { readonly kind: 'question-refused'; readonly question: Question; readonly error: WireError };

export interface HandshakeStep {
  readonly state: HandshakeState;
  readonly effects: readonly HandshakeEffect[];
}

export const HANDSHAKE_START: HandshakeState = { step: 'greeting' };

export function stepHandshake(state: HandshakeState, input: HandshakeInput): HandshakeStep {
  switch (state.step) {
    case 'greeting':
      return greeting(state, input);
    case 'verdict':
      return verdict(state, input);
    case 'config':
      return config(state, input);
    case 'entities':
      return entities(state, input);
    case 'states':
      return states(state, input);
    case 'done':
    case 'failed':
      return stay(state);
  }
}

function greeting(state: HandshakeState, input: HandshakeInput): HandshakeStep {
  if (input.kind === 'look-again') return stay(state);
  if (input.kind !== 'auth') return fail({ kind: 'not-home-assistant' });
  switch (input.message.type) {
    case 'auth_required':
      return { state: { step: 'verdict' }, effects: [{ do: 'authenticate' }] };
    case 'auth_ok':
      return enter();
    case 'auth_invalid':
      return fail({ kind: 'token-refused', message: input.message.message });
  }
}

function verdict(state: HandshakeState, input: HandshakeInput): HandshakeStep {
  if (input.kind === 'look-again') return stay(state);
  if (input.kind !== 'auth') return fail({ kind: 'not-home-assistant' });
  switch (input.message.type) {
    case 'auth_required':
      return stay(state);
    case 'auth_ok':
      return enter();
    case 'auth_invalid':
      return fail({ kind: 'token-refused', message: input.message.message });
  }
}

function enter(): HandshakeStep {
  return {
    state: { step: 'config', starting: false },
    effects: [
      // Home Assistant's documentation wants it to be the first.
      { do: 'ask', what: 'features' },
      { do: 'enter', phase: 'syncing' },
      { do: 'ask', what: 'clock' },
      { do: 'ask', what: 'config-changes' },
      { do: 'follow' },
      { do: 'ask', what: 'config' },
    ],
  };
}

function config(state: HandshakeState & { step: 'config' }, input: HandshakeInput): HandshakeStep {
  if (input.kind === 'look-again' && state.starting) return { state, effects: [{ do: 'ask', what: 'config' }] };
  if (input.kind !== 'answer' || input.to !== 'config') return stay(state);
  if (!input.answer.success) {
    return fail({ kind: 'question-refused', question: 'config', error: input.answer.error });
  }
  const found = input.answer.result;
  if (!isConfig(found)) return fail({ kind: 'not-home-assistant' });
  if (found.state === 'RUNNING') {
    const { starting } = state;
    return {
      state: { step: 'entities', starting, config: found },
      // It may have taken its time to start, but not to answer.
      effects: [...(starting ? [{ do: 'enter', phase: 'syncing' } as const] : []), { do: 'ask', what: 'entities' }],
    };
  }
  return {
    state: { step: 'config', starting: true },
    effects: state.starting ? [] : [{ do: 'enter', phase: 'starting' }],
  };
}

function entities(state: HandshakeState & { step: 'entities' }, input: HandshakeInput): HandshakeStep {
  const { starting, config: known } = state;
  if (input.kind === 'entities') {
    return {
      state: { step: 'done' },
      effects: [{ do: 'finish', entities: input.added, config: known, starting }],
    };
  }
  if (input.kind !== 'answer' || input.to !== 'entities' || input.answer.success) return stay(state);
  const { error } = input.answer;
  if (error.code !== 'unknown_command') return fail({ kind: 'question-refused', question: 'entities', error });
  return {
    state: { step: 'states', starting, config: known },
    effects: [
      { do: 'ask', what: 'state-changes' },
      { do: 'ask', what: 'states' },
    ],
  };
}

function states(state: HandshakeState & { step: 'states' }, input: HandshakeInput): HandshakeStep {
  if (input.kind !== 'answer') return stay(state);
  if (input.to !== 'states' && input.to !== 'state-changes') return stay(state);
  if (!input.answer.success) {
    return fail({ kind: 'question-refused', question: input.to, error: input.answer.error });
  }
  if (input.to === 'state-changes') return stay(state);
  if (!isStates(input.answer.result)) return fail({ kind: 'not-home-assistant' });
  const { starting, config: known } = state;
  return {
    state: { step: 'done' },
    effects: [{ do: 'finish', entities: snapshotOf(input.answer.result), config: known, starting }],
  };
}

function stay(state: HandshakeState): HandshakeStep {
  return { state, effects: [] };
}

function fail(failure: HandshakeFailure): HandshakeStep {
  return { state: { step: 'failed' }, effects: [{ do: 'fail', failure }] };
}

/** Whether a value can be relied on as the answer to `get_config`. */
export function isConfig(value: unknown): value is HomeConfig {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'state' in value && typeof value.state === 'string' && 'time_zone' in value && typeof value.time_zone === 'string'
  );
}

/** Whether a value can be relied on as the answer to `get_states`. */
export function isStates(value: unknown): value is readonly WireState[] {
  return Array.isArray(value);
}

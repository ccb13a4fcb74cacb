import type { Clock, Timer } from '../../kernel/clock.ts';
import { notHomeAssistant, problemOfHandshake, problemOfSilence } from './connection-problems.ts';
import { FrameInvalid, type HomeError } from '../home-errors.ts';
import { Liveness } from './liveness.ts';
import {
  authMessage,
  getConfig,
  getStates,
  renderTemplate,
  subscribeEntities,
  subscribeEvents,
  supportedFeatures,
} from '../protocol/commands.ts';
import { entitiesMessageOf, snapshotOf } from '../protocol/compressed-state.ts';
import {
  HANDSHAKE_START,
  type HandshakeEffect,
  type HandshakeInput,
  isConfig,
  isStates,
  type Question,
  stepHandshake,
} from '../protocol/handshake.ts';
import type { HomeTransport } from '../protocol/transport.ts';
import type {
  AuthMessage,
  CompressedDifference,
  CompressedState,
  EntitiesMessage,
  HomeConfig,
  ResultMessage,
  StateChangedData,
} from '../protocol/wire.ts';
import { type WireListener, WireSession } from './wire-session.ts';

/** A home that is starting is asked so often whether it is done, should its own word of it be missed. */
const POLL_MS = 5000;
/** Clocks drift by a second in a day or so; they are compared again after this. */
const COMPARE_CLOCKS_MS = 600_000;
/** Seconds since the epoch, with a fraction, by the home's clock. */
const CLOCK_TEMPLATE = '{{ utcnow().timestamp() }}';

export type Entities = Readonly<Record<string, CompressedState>>;

export interface SessionListener {
  onOpen(): void;
  onEntered(phase: 'syncing' | 'starting'): void;
  /** Events may be subscribed to from here on. */
  onFollow(wire: WireSession): void;
  /** All is known. `starting`: the home was seen while it started. */
  onReady(entities: Entities, config: HomeConfig, starting: boolean): void;
  onDifferences(differences: EntitiesMessage): void;
  onDifference(entityId: string, difference: CompressedDifference): void;
  onConfig(config: HomeConfig): void;
  onRoundTrip(roundTripMs: number): void;
  /** The home said what time it is; all three by wall clocks. */
  onClock(probe: { readonly sentMs: number; readonly homeMs: number; readonly receivedMs: number }): void;
  /** What waited was taken, in a turn of the event loop that came so late. */
  onTurn(lateMs: number): void;
  onEnd(problem: HomeError): void;
}

export interface SessionOptions {
  readonly home: string;
  readonly token: string;
  readonly clock: Clock;
  readonly pingIntervalMs: number;
  /** Messages that may wait before the socket is told to pause. */
  readonly eventBuffer?: number | undefined;
  readonly listener: SessionListener;
}

/** One connection to a home: its handshake, its states, its signs of life. */
export class HomeSession {
  readonly wire: WireSession;
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #liveness: Liveness;
  #handshake = HANDSHAKE_START;
  #poll: Timer | undefined;
  #comparedMs = Number.NEGATIVE_INFINITY;
  /** The home does not know `subscribe_entities`. */
  #legacy = false;

  constructor(options: SessionOptions) {
    const { home, clock, listener } = options;
    this.#options = options;
    this.#listener = listener;
    const wireListener: WireListener = {
      onOpen: () => listener.onOpen(),
      onUnasked: (message) => this.#unasked(message),
      onTurn: (lateMs) => listener.onTurn(lateMs),
      onEnd: (problem) =>
        this.#fail(problem instanceof FrameInvalid && !this.#letIn ? notHomeAssistant(home) : problem),
    };
    this.wire = new WireSession(home, clock, wireListener, options.eventBuffer);
    this.#liveness = new Liveness(clock, this.wire, options.pingIntervalMs, `ping of home "${home}"`, {
      onRoundTrip: (roundTripMs) => {
        listener.onRoundTrip(roundTripMs);
        if (clock.monotonicMs() - this.#comparedMs >= COMPARE_CLOCKS_MS) this.#compareClocks();
      },
      onSilence: (silentMs) => this.#fail(problemOfSilence(home, silentMs)),
    });
  }

  open(transport: HomeTransport): void {
    void this.wire.open(transport);
  }

  /** Everything as it is now, in its place among the differences. Not told if the connection ends first. */
  snapshot(onSnapshot: (entities: Entities) => void): void {
    if (this.#legacy) {
      this.wire.ask(getStates(), (answer) => {
        if (answer.success && isStates(answer.result)) onSnapshot(snapshotOf(answer.result));
      });
      return;
    }
    const id = this.wire.subscribe(subscribeEntities(), (event) => {
      this.wire.unsubscribe(id);
      if (isEntities(event)) onSnapshot(event.a ?? {});
    });
  }

  /** Ends it at once. The listener is not told. */
  end(): void {
    this.#rest();
    this.wire.end();
  }

  /** Takes leave of the home. The listener is not told. */
  close(limitMs: number): Promise<void> {
    this.#rest();
    return this.wire.close(limitMs);
  }

  get #letIn(): boolean {
    return this.#handshake.step !== 'greeting' && this.#handshake.step !== 'verdict';
  }

  #unasked(message: AuthMessage | undefined): void {
    if (message !== undefined) this.#step({ kind: 'auth', message });
    else this.#step({ kind: 'stranger' });
  }

  #step(input: HandshakeInput): void {
    const { state, effects } = stepHandshake(this.#handshake, input);
    this.#handshake = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: HandshakeEffect): void {
    switch (effect.do) {
      case 'authenticate':
        this.wire.sendText(authMessage(this.#options.token));
        return;
      case 'enter':
        if (effect.phase === 'starting') this.#armPoll();
        else if (this.#poll === undefined) this.#liveness.start();
        else this.#poll.cancel();
        this.#listener.onEntered(effect.phase);
        return;
      case 'follow':
        this.#listener.onFollow(this.wire);
        return;
      case 'ask':
        this.#ask(effect.what);
        return;
      case 'finish':
        this.#poll?.cancel();
        this.#listener.onReady(effect.entities, effect.config, effect.starting);
        return;
      case 'fail':
        this.#fail(problemOfHandshake(this.#options.home, effect.failure));
        return;
    }
  }

  #ask(question: Question): void {
    const onAnswer = (answer: ResultMessage): void => this.#step({ kind: 'answer', to: question, answer });
    switch (question) {
      case 'features':
        this.wire.ask(supportedFeatures());
        return;
      case 'clock':
        this.#compareClocks();
        return;
      case 'config-changes':
        this.wire.subscribe(subscribeEvents('core_config_updated'), () => this.#configChanged());
        return;
      case 'config':
        this.wire.ask(getConfig(), onAnswer);
        return;
      case 'entities':
        this.#followEntities(onAnswer);
        return;
      case 'state-changes':
        this.#legacy = true;
        this.wire.subscribe(subscribeEvents('state_changed'), (event) => this.#stateChanged(event), onAnswer);
        return;
      case 'states':
        this.wire.ask(getStates(), onAnswer);
        return;
    }
  }

  #followEntities(onAnswer: (answer: ResultMessage) => void): void {
    const id = this.wire.subscribe(subscribeEntities(), (event) => this.#entities(event), onAnswer);
    this.wire.takeDifferences(id, (entityId, difference) => {
      if (this.#handshake.step === 'done') this.#listener.onDifference(entityId, difference);
      else this.#entities({ c: { [entityId]: difference } });
    });
  }

  #entities(event: unknown): void {
    if (!isEntities(event)) return;
    if (this.#handshake.step === 'done') this.#listener.onDifferences(event);
    else this.#step({ kind: 'entities', added: event.a ?? {} });
  }

  /** What is told before the states were, is in them already. */
  #stateChanged(event: unknown): void {
    if (this.#handshake.step === 'done' && isStateChanged(event)) {
      this.#listener.onDifferences(entitiesMessageOf(event.data));
    }
  }

  #configChanged(): void {
    if (this.#handshake.step !== 'done') {
      this.#step({ kind: 'look-again' });
      return;
    }
    this.wire.ask(getConfig(), (answer) => {
      if (answer.success && isConfig(answer.result)) this.#listener.onConfig(answer.result);
    });
  }

  #compareClocks(): void {
    const { clock } = this.#options;
    this.#comparedMs = clock.monotonicMs();
    const sentMs = clock.nowMs();
    // It would be rendered anew each minute: one answer is enough.
    const id = this.wire.subscribe(renderTemplate(CLOCK_TEMPLATE), (event) => {
      this.wire.unsubscribe(id);
      const homeMs =
        Number(typeof event === 'object' && event !== null && 'result' in event ? event.result : undefined) * 1000;
      if (Number.isFinite(homeMs)) this.#listener.onClock({ sentMs, homeMs, receivedMs: clock.nowMs() });
    });
  }

  #armPoll(): void {
    const { clock, home } = this.#options;
    this.#poll = clock.after(POLL_MS, `look whether home "${home}" has started`, () => {
      this.#armPoll();
      this.#step({ kind: 'look-again' });
    });
  }

  #rest(): void {
    this.#poll?.cancel();
    this.#liveness.stop();
  }

  #fail(problem: HomeError): void {
    if (!this.wire.ended) this.wire.end();
    this.#rest();
    this.#listener.onEnd(problem);
  }
}

function isEntities(value: unknown): value is EntitiesMessage {
  return typeof value === 'object' && value !== null;
}

function isStateChanged(value: unknown): value is { readonly data: StateChangedData } {
  return typeof value === 'object' && value !== null && 'data' in value;
}

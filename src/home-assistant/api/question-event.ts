import { BusEvent, type SignalSource } from '../../bus/event.ts';

/** What handlers of questions are told, whatever became of them. */
export interface AskedBefore<Args> {
  readonly message: string;
  readonly args: Args;
  readonly askedAt: Temporal.Instant;
  /** When it was over. */
  readonly firedAt: Temporal.Instant;
}

/** What somebody answered. */
export interface GivenAnswer {
  readonly action: string;
  readonly text: string | undefined;
  readonly userId: string | undefined;
  readonly deviceId: string | undefined;
}

/** A question is over. */
abstract class QuestionOver<Args> extends BusEvent {
  /** What was asked. */
  readonly message: string;
  /** What it was asked with. */
  readonly args: Args;
  readonly askedAt: Temporal.Instant;
  readonly #firedAt: Temporal.Instant;

  constructor({ message, args, askedAt, firedAt }: AskedBefore<Args>, source: SignalSource) {
    super(source);
    this.message = message;
    this.args = args;
    this.askedAt = askedAt;
    this.#firedAt = firedAt;
  }

  get firedAt(): Temporal.Instant {
    return this.#firedAt;
  }
}

/** Somebody has answered a question. */
export class QuestionAnswer<Args = undefined> extends QuestionOver<Args> {
  readonly kind = 'answered';
  /** What the answer is called. */
  readonly action: string;
  /** What was written, where the action asks for a text. */
  readonly text: string | undefined;
  /** Whose phone it was, where Home Assistant says it. */
  readonly userId: string | undefined;
  readonly deviceId: string | undefined;

  constructor(asked: AskedBefore<Args>, { action, text, userId, deviceId }: GivenAnswer, source: SignalSource) {
    super(asked, source);
    this.action = action;
    this.text = text;
    this.userId = userId;
    this.deviceId = deviceId;
  }
}

/** Nobody has answered a question in time. */
export class QuestionExpiry<Args = undefined> extends QuestionOver<Args> {
  readonly kind = 'expired';
}

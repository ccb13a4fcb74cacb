import {
  type Door,
  type HandlerOptions,
  type HandlerSettings,
  readHandlerOptions,
  refuseUnknownOptions,
  wrong,
} from '../../bus/handler-options.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import type { NotJson, Storable } from '../../storage/storable.ts';
import {
  readWaitPolicy,
  WAIT_POLICY_OPTIONS,
  type WaitPolicy,
  type WaitPolicyOptions,
} from '../../storage/wait-policy.ts';
import type { Question } from './ask.ts';
import type { QuestionAnswer, QuestionExpiry } from './question-event.ts';

/** What becomes of a question that outlives the daemon. */
export interface QuestionOptions<Args = undefined>
  extends WaitPolicyOptions, Pick<HandlerOptions<never>, 'timeout' | 'onError'> {
  /** Called once for each question that was asked, with the first answer that came in time. */
  readonly onAnswer: (answer: QuestionAnswer<Args>) => unknown;
  /** Called for each that nobody answered in time. */
  readonly onExpired?: ((expiry: QuestionExpiry<Args>) => unknown) | undefined;
}

/** What is asked, and what the handlers are to know of it: JSON, for it is written down. */
export type DurableQuestion<Args = undefined> = Question &
  (undefined extends Args ? { readonly args?: StorableArgs<Args> | undefined } : { readonly args: StorableArgs<Args> });

type StorableArgs<Args> = unknown extends Args ? Args : [Args] extends [Storable<Args>] ? Args : NotJson;

/** A question that was asked. */
export interface AskedQuestion {
  /** Until when it can be answered. */
  readonly until: Temporal.Instant;
  /** Takes it back, and from the phones. Nothing happens once it is over. */
  cancel(): void;
}

const OPTIONS = ['onAnswer', 'onExpired', 'timeout', 'onError', ...WAIT_POLICY_OPTIONS];

const HANDLING: Door = { method: 'question', options: ['name', 'mode', 'timeout', 'onError'] };

/** The same, checked. */
export interface QuestionSettings {
  readonly onAnswer: QuestionOptions<unknown>['onAnswer'];
  readonly onExpired: QuestionOptions<unknown>['onExpired'];
  readonly handling: HandlerSettings<QuestionAnswer<unknown> | QuestionExpiry<unknown>>;
  readonly policy: WaitPolicy;
}

/** @throws InvalidArgument if it is not what a question has to be made of. */
export function readQuestionOptions(name: unknown, options: QuestionOptions<unknown>): QuestionSettings {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new InvalidArgument(`api.question was given no name`, {
      hint: "Under its name it is found again after a restart: give one, as in this.api.question('door', { … }).",
    });
  }
  const method = `question("${name}")`;
  const door: Door = { method, options: OPTIONS };
  refuseUnknownOptions(options, door);
  const { onAnswer, onExpired, onMissed, onInterrupted, ...handling } = options;
  if (typeof onAnswer !== 'function') throw wrong(door, 'onAnswer', onAnswer, 'a function');
  if (onExpired !== undefined && typeof onExpired !== 'function')
    throw wrong(door, 'onExpired', onExpired, 'a function');
  return {
    ...{ onAnswer, onExpired },
    // Each has its own people who wait for it.
    handling: readHandlerOptions({ ...handling, name, mode: 'parallel' }, HANDLING),
    policy: readWaitPolicy({ onMissed, onInterrupted }, method),
  };
}

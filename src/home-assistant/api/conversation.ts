import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { isRecord, type JsonRecord, optionalText, recordIn, recordsIn, textIn } from './answer.ts';

export interface ConversationOptions extends AskOptions {
  /** @defaultValue the home's */
  readonly language?: string | undefined;
  /** Goes on with one that was begun. */
  readonly conversationId?: string | undefined;
  /** @defaultValue the home's own */
  readonly agent?: string | undefined;
}

/** What an assistant answers. */
export interface ConversationReply {
  readonly speech: string;
  readonly kind: 'action_done' | 'query_answer' | 'error';
  /** Of an error: `no_intent_match`, `no_valid_targets` and so on. */
  readonly errorCode: string | undefined;
  readonly conversationId: string | undefined;
  /** It waits for an answer. */
  readonly continues: boolean;
  /** What it was about, as Home Assistant tells it. */
  readonly data: JsonRecord;
}

/** Somebody who can be talked to. */
export interface ConversationAgent {
  readonly id: string;
  readonly name: string;
}

/** The assistants of the home. */
export class ApiConversation {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /**
   * Says something to an assistant, which may well do it. What it does not understand is an answer, not an error.
   *
   * @returns undefined in a dry run.
   *
   * @example
   * ```ts
   * const reply = await this.api.conversation.process('turn off the kitchen light');
   * if (reply?.kind === 'error') this.logger.warn(reply.speech);
   * ```
   */
  async process(text: string, options: ConversationOptions = {}): Promise<ConversationReply | undefined> {
    const { language, conversationId, agent, timeout } = options;
    const what = 'api.conversation.process()';
    const command = {
      type: 'conversation/process',
      text,
      ...(language === undefined ? {} : { language }),
      ...(conversationId === undefined ? {} : { conversation_id: conversationId }),
      ...(agent === undefined ? {} : { agent_id: agent }),
    };
    const answer = await this.#requests.change(what, command, { timeout });
    return answer === undefined ? undefined : replyOf(recordIn(answer, what), what);
  }

  /** All assistants. */
  async agents(options?: AskOptions): Promise<readonly ConversationAgent[]> {
    const what = 'api.conversation.agents()';
    const answer = recordIn(await this.#requests.command(what, { type: 'conversation/agent/list' }, options), what);
    return recordsIn(answer['agents'], what).map((each) =>
      Object.freeze({ id: textIn(each, 'id', what), name: textIn(each, 'name', what) }),
    );
  }
}

function replyOf(answer: JsonRecord, what: string): ConversationReply {
  const response = recordIn(answer['response'], what);
  const { response_type: type, speech, data } = response;
  const plain = isRecord(speech) && isRecord(speech['plain']) ? speech['plain'] : {};
  const about = isRecord(data) ? data : {};
  return Object.freeze({
    speech: optionalText(plain['speech']) ?? '',
    kind: type === 'error' || type === 'query_answer' ? type : 'action_done',
    errorCode: optionalText(about['code']),
    conversationId: optionalText(answer['conversation_id']),
    continues: answer['continue_conversation'] === true,
    data: about,
  });
}

import type { JsonObject } from './json.ts';

/** What came to a webhook. */
export interface WebhookCall {
  readonly method: string;
  readonly query: JsonObject;
  readonly body: string;
  readonly contentType: string;
}

export type WebhookListener = (call: WebhookCall) => void;

const usualMethods = ['POST', 'PUT'];

/** The webhooks of a home. An unknown one is answered as a known one is, so that nobody can find out which there are. */
export class Webhooks {
  readonly #listeners = new Map<
    string,
    Set<{ readonly listener: WebhookListener; readonly methods: readonly string[] }>
  >();

  listen(id: string, listener: WebhookListener, methods: readonly string[] = usualMethods): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners);
    const entry = { listener, methods };
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
      if (listeners.size === 0) this.#listeners.delete(id);
    };
  }

  call(id: string, call: WebhookCall): void {
    for (const { listener, methods } of this.#listeners.get(id) ?? [])
      if (methods.includes(call.method)) listener(call);
  }
}

import type { Command } from '../../src/home-assistant/protocol/wire.ts';
import type { Behaviour } from '../../src/simulator/behaviours.ts';
import type { ClientConnection } from '../../src/simulator/client-connection.ts';

/** What a home itself has been asked for, by connection: only what has reached it, and what it did not refuse. */
export class ServerLedger {
  readonly #connections = new Map<ClientConnection, Map<number, string>>();

  /** To be added before any other behaviour, so that it is asked last. */
  readonly behaviour: Behaviour = {
    name: 'ledger',
    // In the order of their coming: a command may be taken up late, on a connection that is gone.
    receive: (text, connection, pass) => {
      if (!this.#connections.has(connection)) this.#connections.set(connection, new Map());
      pass(text);
    },
    command: (command, connection, pass) => {
      this.#take(command, connection);
      pass(command);
    },
  };

  get last(): ClientConnection | undefined {
    return [...this.#connections.keys()].at(-1);
  }

  /** What the last connection is subscribed to. */
  present(): readonly string[] {
    return [...([...this.#connections.values()].at(-1)?.values() ?? [])].toSorted();
  }

  #take({ id, type, ...fields }: Command & { readonly id: number }, connection: ClientConnection): void {
    const subscribed = this.#connections.get(connection);
    if (subscribed === undefined) return;
    if (type === 'subscribe_entities') subscribed.set(id, type);
    if (type === 'subscribe_events') subscribed.set(id, `event ${String(fields['event_type'])}`);
    if (type === 'subscribe_trigger') subscribed.set(id, `trigger ${JSON.stringify(fields['trigger'])}`);
    if (type === 'unsubscribe_events') subscribed.delete(Number(fields['subscription']));
  }
}

import { Channel } from '../../bus/channel.ts';
import type { KeyPattern } from '../../bus/key-pattern.ts';
import type { Home } from '../home.ts';
import { serviceOf } from '../subscriptions/home-events.ts';
import type { WireEvent } from '../protocol/wire.ts';

/**
 * The calls of services in a home, by service. All of them are one type of event there, so an index of their own keeps
 * a listener to one service from being asked about every other.
 */
export class ServiceCalls {
  readonly #home: Home;
  readonly #channel = new Channel<WireEvent>('calls');
  #stop: (() => void) | undefined;

  constructor(home: Home) {
    this.#home = home;
  }

  /** Keys are services: `light.turn_on`. Listens to the home only while somebody does. */
  subscribe(pattern: KeyPattern, listener: (event: WireEvent) => void, priority: number): () => void {
    const remove = this.#channel.subscribe(pattern, listener, priority);
    this.#stop ??= this.#listen();
    return () => {
      remove();
      if (this.#channel.count > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #listen(): () => void {
    const unfollow = this.#home.link.followEvents('call_service');
    const remove = this.#home.events.subscribe('call_service', (event) => {
      const service = serviceOf(event);
      if (service !== undefined) this.#channel.publish(service, event);
    });
    return () => {
      remove();
      unfollow();
    };
  }
}

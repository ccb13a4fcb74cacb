import type { Clock } from '../kernel/clock.ts';
import type { WireContext } from '../home-assistant/protocol/wire.ts';
import type { Chance } from './chance.ts';
import type { EventBus, EventOrigin } from './event-bus.ts';
import type { Instants } from './instants.ts';
import type { JsonObject } from './json.ts';
import type { Registries } from './registries/registries.ts';
import type { ServiceRegistry } from './service-registry.ts';
import type { StateMachine } from './state-machine.ts';
import type { Attributes, StateRecord } from './state-record.ts';
import type { User, Users } from './users.ts';
import type { Webhooks } from './webhooks.ts';

/** What services, commands and REST have of the home they are part of. */
export interface HomeCore {
  readonly clock: Clock;
  readonly instants: Instants;
  readonly chance: Chance;
  readonly users: Users;
  readonly states: StateMachine;
  readonly bus: EventBus;
  readonly services: ServiceRegistry;
  readonly registries: Registries;
  readonly webhooks: Webhooks;
  /** The home's, by its configuration. */
  timeZone(): string;

  newContext(user?: User, parent?: WireContext): WireContext;
  /** Writes another state or other attributes of an entity that is there; undefined takes an attribute away. */
  write(entity: StateRecord, changes: EntityChanges, context: WireContext): void;
  fire(type: string, data: JsonObject, origin?: Partial<EventOrigin>): void;
  /** Goes down, and comes up again, when it has looked through its configuration. */
  restartByService(): Promise<void>;
  /** Goes down for good. */
  stop(): void;
}

export interface EntityChanges {
  readonly state?: string;
  readonly attributes?: Attributes;
}

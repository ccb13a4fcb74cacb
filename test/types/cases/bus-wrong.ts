import { App } from 'hassette';

declare function done(): void;

export class Wrong extends App {
  override onInitialize() {
    const { bus } = this;
    bus.history({ entty: 'light.kitchen', limit: 3 });
    //            ^ Type 'string' is not assignable to type 'NoSuchKey<"entty", "entity" | "event">'.
    bus.history({ topic: 'house.quiet', since: 5 });
    //                                  ^ Type 'number' is not assignable to type 'PastInput | undefined'.
    bus.history({ entity: 'light.kitchen' }).map((change) => change.data);
    //                                                              ^ Property 'data' does not exist on type 'PastStateChange'.
    bus.use((event, next) => next({ topic: event.kind }));
    //                              ^ Object literal may only specify known properties, and 'topic' does not exist in type 'EventChanges'.
    bus.use((event, next) => event.data);
    //                             ^ Property 'data' does not exist on type 'ConditionEvent'.
    bus.on('house.quiet', { cause: 'slef' }, done);
    //                      ^ Type '"slef"' is not assignable to type 'CauseCondition | undefined'.
    bus.on('house.quiet', { once: true, maxPending: 3 }, done);
    //                                  ^ Type 'number' is not assignable to type 'Contradicts<"once">'.
  }
}

import { App, z } from 'hassette';

declare function done(): void;

export class Wrong extends App {
  override async onInitialize() {
    const { bus } = this;

    // Options that only states have, and typos.
    bus.onEvent('zha_event', { immediate: true }, done);
    //                         ^ Object literal may only specify known properties, and 'immediate' does not exist in type 'EventOptions<"zha_event"> | ((event: HomeEvent<"zha_event", Readonly<Record<string, unknown>>>) => unknown)'.
    bus.onEvent('zha_event', { data: { command: 'x' }, for: '5m' }, done);
    //                                                 ^ Type 'string' is not assignable to type 'NoSuchKey<"for", keyof EventOptions<string>>'.
    bus.onEvent('zha_event', { daat: { command: 'x' }, once: true }, done);
    //                         ^ Type '{ command: "x"; }' is missing the following properties from type 'NoSuchKey<"daat", "data" | "debounce">': noSuchKey, didYouMean
    bus.onEvent('zha_event', { data: { command: undefined } }, done);
    //                                 ^ Type 'undefined' is not assignable to type 'DataPattern | ValueCondition'.
    bus.onEvent('zha_event', { schema: z.object({ x: z.number() }) }, (event) => event.data.y);
    //                                                                                      ^ Property 'y' does not exist on type '{ x: number; }'.
    bus.onEvent('zha_event', { schema: { x: 'number' } }, done);
    //                                   ^ Object literal may only specify known properties, and 'x' does not exist in type 'PayloadSchema<unknown>'.
    bus.onCallService('light.turn_on', { schema: z.string() }, done);
    //                                   ^ Object literal may only specify known properties, and 'schema' does not exist in type 'CallServiceOptions<"light.turn_on"> | ((event: ServiceCallEvent<"light.turn_on">) => unknown)'.
    bus.onEvent('zha_event', { debounce: '1s', throttle: '1s' }, done);
    //                                         ^ Type 'string' is not assignable to type 'Contradicts<"debounce">'.
    bus.onCallService('turn_on', done);
    //                ^ Type 'string' is not assignable to type 'NoService<"turn_on">'.
    bus.onCallService('light.turn_on', { dta: { x: 1 }, name: 'x' }, done);
    //                                   ^ Type '{ x: 1; }' is missing the following properties from type 'NoSuchKey<"dta", "data" | "debounce">': noSuchKey, didYouMean
    bus.onConnected({ debounce: '5m', to: 'on' }, done);
    //                                ^ Type 'string' is not assignable to type 'NoSuchKey<"to", "throttle" | "timeout">'.
    bus.onConnected({ debounce: '5m' });
    //  ^ Expected 2 arguments, but got 1.

    // Topics.
    bus.emit('garage.opened', { by: 'bus' });
    //                          ^ Type '"bus"' is not assignable to type '"car" | "person"'.
    bus.emit('garage.opened');
    //  ^ Expected 2 arguments, but got 1.
    bus.emit('house.quiet', 3);
    //                      ^ Argument of type '3' is not assignable to parameter of type 'undefined'.
    bus.on('garage.opened', (event) => event.data.from);
    //                                            ^ Property 'from' does not exist on type '{ by: "car" | "person"; }'.
    bus.on('garage.opened', { once: true, wher: () => true }, done);
    //                                    ^ Type '() => true' is not assignable to type 'NoSuchKey<"wher", "where">'.
    bus.on('never.heard.of', (event) => event.data.x);
    //                                  ^ 'event.data' is of type 'unknown'.

    // Waits.
    await bus.waitFor('lock.front', { to: 'lockd', timeout: '30s' });
    //                                ^ Type '"lockd"' is not assignable to type '"jammed" | "locked" | "locking" | "open" | "opening" | "unavailable" | "unknown" | "unlocked" | "unlocking" | Available | NoNumbers<"lock"> | Not<Negatable<"jammed" | ... 6 more ... | Unavailable, NoNumbers<...>>> | ... 4 more ... | undefined'. Did you mean '"locked"'?
    await bus.waitFor('lock.front', { to: 'locked', timeot: '30s' });
    //                                              ^ Type 'string' is not assignable to type 'NoSuchKey<"timeot", "timeout" | "to">'.
    await bus.waitFor('lock', { to: 'locked' });
    //                ^ Type 'string' is not assignable to type 'NoEntityId<"lock">'.
    await bus.waitFor('lock.front', { to: 'locked', for: '5m', every: true });
    //                                                         ^ Type 'boolean' is not assignable to type 'Contradicts<"for">'.
    const change = await bus.waitFor('lock.front', { to: 'locked', timeout: '30s' });
    this.logger.info(change.to.state);
    //               ^ 'change' is possibly 'null'.
    const event = await bus.waitForEvent('tag_scanned', { timeout: '30s' });
    this.logger.info(event.data);
    //               ^ 'event' is possibly 'null'.
    await bus.waitForEvent('tag_scanned', { date: { x: 1 }, timeout: '30s' });
    //                                      ^ Type '{ x: 1; }' is missing the following properties from type 'NoSuchKey<"date", "data">': noSuchKey, didYouMean

    // Attributes and availability.
    bus.onAttributeChange('climate.a', 'temperature', { to: 20, hold: '5m' }, done);
    //                                                          ^ Type 'string' is not assignable to type 'NoSuchKey<"hold", keyof AttributeOptions<string>>'.
    bus.onAttributeChange('climate.a', { to: 20 }, done);
    //                                 ^ Argument of type '{ to: number; }' is not assignable to parameter of type 'string'.
    bus.onAttributeChange('climate', 'temperature', done);
    //                    ^ Type 'string' is not assignable to type 'NoEntityId<"climate">'.
    bus.onUnavailable('light.a', { to: 'on', for: '5m' }, done);
    //                             ^ Type 'string' is not assignable to type 'NoSuchKey<"to", "throttle" | "timeout">'.
    bus.onAvailable('light.a', { for: '5m' }, (event) => event.to.state === 'unavailable');
    //                                                   ^ This comparison appears to be unintentional because the types '"off" | "on"' and '"unavailable"' have no overlap.
  }
}

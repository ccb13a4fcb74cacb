import { above, App, below, increased, not, oneOf, type StateChangeEvent } from 'hassette';

declare const configured: `light.${string}`;
declare function done(): void;

export class Wrong extends App {
  override onInitialize() {
    const { bus } = this;
    const onLight = (event: StateChangeEvent<'light'>): void => this.logger.info(event.to?.state);
    const onChanged = (event: StateChangeEvent<'light', { to: 'on' }>): void => this.logger.info(event.to.state);

    // A state that the domain does not have.
    bus.onStateChange('light.kitchen', { to: 'onn' }, done);
    //                                   ^ Type '"onn"' is not assignable to type '"off" | "on" | "unavailable" | "unknown" | Available | NoNumbers<"light"> | Not<Negatable<"off" | "on" | Unavailable, NoNumbers<"light">>> | ... 4 more ... | undefined'.
    bus.onStateChange(configured, { from: 'on', to: 'of' }, done);
    //                                          ^ Type '"of"' is not assignable to type '"off" | "on" | "unavailable" | "unknown" | Available | NoNumbers<"light"> | Not<Negatable<"off" | "on" | Unavailable, NoNumbers<"light">>> | ... 4 more ... | undefined'.
    bus.onStateChange('lock.front', { to: ['locked', 'open', 'closd'] }, done);
    //                                                       ^ Type '"closd"' is not assignable to type '"jammed" | "locked" | "locking" | "open" | "opening" | "unlocked" | "unlocking" | Unavailable'.
    bus.onStateChange('climate.a', { to: oneOf('heat', 'cooling') }, done);
    //                               ^ Type '"cooling"' is not assignable to type 'Plain<"auto" | "cool" | "dry" | "fan_only" | "heat" | "heat_cool" | "off" | Unavailable, NoNumbers<"climate">>'.
    bus.onStateChange('alarm_control_panel.a', { to: not('disarm') }, done);
    //                                           ^ Type '"disarm"' is not assignable to type 'Negatable<"armed_away" | "armed_custom_bypass" | "armed_home" | "armed_night" | "armed_vacation" | "arming" | "disarmed" | "disarming" | "pending" | "triggered" | Unavailable, NoNumbers<...>>'. Did you mean '"disarmed"'?
    bus.onStateChange({ domain: 'vacuum' }, { to: 'dock' }, done);
    //                                        ^ Type '"dock"' is not assignable to type '"cleaning" | "docked" | "error" | "idle" | "paused" | "returning" | "unavailable" | "unknown" | Available | NoNumbers<"vacuum"> | Not<Negatable<"cleaning" | "docked" | ... 4 more ... | Unavailable, NoNumbers<...>>> | ... 4 more ... | undefined'.
    bus.onStateChange('binary_sensor.*_window', { to: 'open' }, done);
    //                                            ^ Type '"open"' is not assignable to type '"off" | "on" | "unavailable" | "unknown" | Available | NoNumbers<"binary_sensor"> | Not<Negatable<"off" | "on" | Unavailable, NoNumbers<"binary_sensor">>> | ... 4 more ... | undefined'.

    // A number where there are none.
    bus.onStateChange('light.kitchen', { to: above(3) }, done);
    //                                   ^ Property 'hasNoNumbers' is missing in type 'Above' but required in type 'NoNumbers<"light">'.
    bus.onStateChange('person.anna', { to: not(below(3)) }, done);
    //                                 ^ Property 'hasNoNumbers' is missing in type 'Below' but required in type 'NoNumbers<"person">'.
    bus.onStateChange('lock.front', { changed: increased() }, done);
    //                                ^ Property 'hasNoNumbers' is missing in type 'Increased' but required in type 'NoNumbers<"lock">'.

    // A stray key, alone and beside right ones.
    bus.onStateChange('light.kitchen', { debonce: '5s' }, done);
    //                                   ^ Object literal may only specify known properties, and 'debonce' does not exist in type 'StateOptions<"light.kitchen"> | ((event: StateChangeEvent<"light.kitchen", {}>) => unknown)'.
    bus.onStateChange('light.kitchen', { to: 'on', for: '5m', imediate: true }, done);
    //                                                        ^ Type 'boolean' is not assignable to type 'NoSuchKey<"imediate", "immediate">'.
    bus.onStateChange('light.kitchen', { to: 'on', hysteresis: 5 }, done);
    //                                             ^ Type 'number' is not assignable to type 'NoSuchKey<"hysteresis", keyof StateOptions<string>>'.
    bus.onStateChange({ domain: 'light', aera: 'kitchen' }, { to: 'on' }, done);
    //                                   ^ Type 'string' is not assignable to type 'NoSuchKey<"aera", "area">'.
    bus.onStateChange({ domain: 'light', area: 'kitchen' }, { to: 'onn' }, done);
    //                                                        ^ Type '"onn"' is not assignable to type '"off" | "on" | "unavailable" | "unknown" | Available | NoNumbers<"light"> | Not<Negatable<"off" | "on" | Unavailable, NoNumbers<"light">>> | ... 4 more ... | undefined'.
    bus.onStateChange({ area: 5 }, done);
    //                ^ Type 'number' is not assignable to type 'string | readonly string[] | undefined'.
    bus.onStateChange({}, done);
    //                ^ Property 'writeItLike' is missing in type '{}' but required in type 'SelectsNothing'.
    bus.onStateChange({ doman: 'light' }, done);
    //                  ^ Object literal may only specify known properties, and 'doman' does not exist in type 'readonly string[] | Selection'.

    // What is no entity id.
    bus.onStateChange('light', { to: 'on' }, done);
    //                ^ Type 'string' is not assignable to type 'NoEntityId<"light">'.
    bus.onStateChange(['light.a', 'kitchen'], done);
    //                            ^ Type 'string' is not assignable to type 'NoEntityId<"kitchen">'.

    // Options that are wrong in themselves, or together.
    bus.onStateChange('light.kitchen', { to: 'on', mode: 'restrat' }, done);
    //                                             ^ Type '"restrat"' is not assignable to type 'OverlapMode | undefined'. Did you mean '"restart"'?
    bus.onStateChange('light.kitchen', { to: 'on', once: 'yes' }, done);
    //                                             ^ Type 'string' is not assignable to type 'boolean | undefined'.
    bus.onStateChange('light.kitchen', { to: 'on', timeout: true }, done);
    //                                             ^ Type 'true' is not assignable to type 'false | DurationInput | undefined'.
    bus.onStateChange('light.kitchen', { to: 'on', overflow: 'block' }, done);
    //                                             ^ Type '"block"' is not assignable to type '"drop-newest" | "drop-oldest" | "error" | undefined'.
    bus.onStateChange('light.kitchen', { debounce: '5s', throttle: '5s' }, done);
    //                                                   ^ Type 'string' is not assignable to type 'Contradicts<"debounce">'.
    bus.onStateChange('light.kitchen', { once: true, throttle: '5s' }, done);
    //                                               ^ Type 'string' is not assignable to type 'Contradicts<"once">'.
    bus.onStateChange('light.kitchen', { to: 'on', for: '5m', every: true }, done);
    //                                                        ^ Type 'boolean' is not assignable to type 'Contradicts<"for">'.
    bus.onStateChange('light.kitchen', { to: 'on', backfill: true, resync: 'ignore' }, done);
    //                                                             ^ Type 'string' is not assignable to type 'Contradicts<"backfill">'.
    bus.onStateChange('light.kitchen', { from: 'off', to: 'on', immediate: true }, done);
    //                                   ^ Type 'string' is not assignable to type 'Contradicts<"immediate">'.
    bus.onStateChange('light.kitchen', { mode: 'single', maxPending: 3 }, done);
    //                                                   ^ Type 'number' is not assignable to type 'Contradicts<"mode">'.

    bus.onStateChange('light.kitchen', { to: 'off', for: '5m', durable: true }, done);
    //                                 ^ Property 'name' is missing in type '{ to: "off"; for: "5m"; durable: true; }' but required in type '{ readonly name: NeededBy<"durable">; }'.
    bus.onStateChange('light.kitchen', { to: 'off', name: 'off', durable: true }, done);
    //                                 ^ Property 'for' is missing in type '{ to: "off"; name: "off"; durable: true; }' but required in type '{ readonly for: NeededBy<"durable">; }'.
    bus.onStateChange('light.kitchen', { to: 'off', for: '5m', onMissed: 'skip' }, done);
    //                                 ^ Property 'durable' is missing in type '{ to: "off"; for: "5m"; onMissed: "skip"; }' but required in type '{ readonly durable: NeededBy<"onMissed">; }'.
    bus.onStateChange('light.kitchen', { to: 'off', for: '5m', name: 'off', durable: true, onMissed: 'later' }, done);
    //                                                                                     ^ Type '"later"' is not assignable to type 'MissedPolicy | undefined'.

    // What is not there.
    bus.onStateChange('light.kitchen', { to: 'on' });
    //  ^ Expected 3 arguments, but got 2.
    bus.onStateChange('light.kitchen');
    //  ^ Expected at least 2 arguments, but got 1.
    bus.onStateChange('light.kitchen', done, done);
    //                                       ^ Expected 2 arguments, but got 3.

    // What the handler is not told.
    bus.onStateChange('light.kitchen', { to: 'on' }, (event) => event.to.state === 'off');
    //                                                          ^ This comparison appears to be unintentional because the types '"on"' and '"off"' have no overlap.
    bus.onStateChange('light.kitchen', { to: 'on', cause: 'users' }, done);
    //                                             ^ Type '"users"' is not assignable to type 'CauseCondition | undefined'. Did you mean '"user"'?
    bus.onStateChange('light.kitchen', { cause: not('me') }, done);
    //                                   ^ Type '"me"' is not assignable to type 'OneOf<CauseKind> | readonly CauseKind[] | CauseKind'.
    bus.onStateChange('light.kitchen', { resync: 'tell' }, done);
    //                                   ^ Type '"tell"' is not assignable to type '"ignore"'.
    bus.onStateChange('light.kitchen', (event) => event.to.state);
    //                                            ^ 'event.to' is possibly 'null'.
    bus.onStateChange('light.kitchen', { to: 'on' }, (event) => event.too);
    //                                                                ^ Property 'too' does not exist on type 'StateChanged<"light.kitchen", VisibleState<"light.kitchen", { readonly to: "on"; }>, "on", "off" | "on">'.
    bus.onStateChange('light.kitchen', { to: (state) => state.state === 'onn' }, done);
    //                                                  ^ This comparison appears to be unintentional because the types '"off" | "on" | Unavailable' and '"onn"' have no overlap.
    bus.onStateChange('light.kitchen', { where: (event) => event.entityId === 'light.kitchn' }, done);
    //                                                     ^ This comparison appears to be unintentional because the types '"light.kitchen"' and '"light.kitchn"' have no overlap.
    bus.onStateChange('lock.front', { to: 'locked' }, onLight);
    //                                                ^ Type '"lock.front"' is not assignable to type '`light.${string}`'.
    bus.onStateChange('light.a', { to: 'on', availability: 'raw' }, onLight);
    //                                                              ^ Type '"unavailable"' is not assignable to type 'VisibleState<"light", unknown>'.
    bus.onStateChange('light.a', { to: 'on', immediate: true }, onChanged);
    //                                                          ^ Type '"initial"' is not assignable to type '"changed"'.
    bus.onStateChange('light.a', { to: 'on' }, (event) => {
      event.to = event.from;
      //    ^ Cannot assign to 'to' because it is a read-only property.
    });
  }
}

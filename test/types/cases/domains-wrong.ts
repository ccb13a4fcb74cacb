import { above, App, type EntityService, type FixedStates } from 'hassette';

declare function done(): void;

declare module 'hassette' {
  interface DomainStates {
    coffee_maker: FixedStates<'idle' | 'brewing'>;
  }
  interface Services {
    'coffee_maker.brew': EntityService<{ cups: number }>;
  }
}

export class Wrong extends App {
  override async onInitialize() {
    // Domains of one's own.
    this.bus.onStateChange('coffee_maker.a', { to: 'brewin' }, done);
    //                                         ^ Type '"brewin"' is not assignable to type '"brewing" | "idle" | "unavailable" | "unknown" | Available | NoNumbers<"coffee_maker"> | Not<Negatable<"brewing" | "idle" | Unavailable, NoNumbers<"coffee_maker">>> | ... 4 more ... | undefined'. Did you mean '"brewing"'?
    this.bus.onStateChange('coffee_maker.a', { to: above(3) }, done);
    //                                         ^ Property 'hasNoNumbers' is missing in type 'Above' but required in type 'NoNumbers<"coffee_maker">'.
    await this.entity('coffee_maker.a').brew({ cup: 2 });
    //                                         ^ Object literal may only specify known properties, but 'cup' does not exist in type '{ readonly cups: number; } & {}'. Did you mean to write 'cups'?
    await this.entity('coffee_maker.a').brew();
    //                                  ^ Expected 1-2 arguments, but got 0.
    await this.entity('coffee_maker.a').brews({ cups: 2 });
    //                                  ^ Property 'brews' does not exist on type 'EntityHandle<"coffee_maker.a">'. Did you mean 'brew'?
    if (this.states.is('coffee_maker.a', 'idel')) done();
    //                                   ^ Argument of type '"idel"' is not assignable to parameter of type '"brewing" | "idle" | readonly ("brewing" | "idle" | Unavailable)[] | Unavailable'.

    // Values.
    const minutes: number = this.entity('date.birthday').value;
    //    ^ Type 'undefined' is not assignable to type 'number'.
    this.states.get('counter.a')?.value?.toUpperCase();
    //                                   ^ Property 'toUpperCase' does not exist on type 'number'.

    // Services.
    await this.entity('climate.a').setHvacMode({ hvac_mode: 'heating' });
    //                                           ^ Type '"heating"' is not assignable to type '"auto" | "cool" | "dry" | "fan_only" | "heat" | "heat_cool" | "off" | undefined'.
    await this.entity('light.a').turnOn({ flash: 'middle' });
    //                                    ^ Type '"middle"' is not assignable to type '"long" | "short" | undefined'.
    await this.entity('vacuum.a').setFanSpeed();
    //                            ^ Expected 1-2 arguments, but got 0.
    await this.api.call('homeassistant.restart', { target: 'light.a' });
    //                                             ^ Type 'string' is not assignable to type 'NoTarget<"homeassistant.restart">'.
    await this.api.call('mqtt.publish', { data: { topc: 'a/b' } });
    //                                            ^ Object literal may only specify known properties, but 'topc' does not exist in type '{ readonly topic: string; } & { readonly evaluate_payload?: boolean | undefined; readonly message_expiry_interval?: DurationField | undefined; readonly payload?: string | undefined; readonly qos?: "0" | ... 2 more ... | undefined; readonly retain?: boolean | undefined; }'. Did you mean to write 'topic'?
    await this.api.call('light.turn_on', { targt: 'light.a', data: { brightness_pct: 40 } });
    //                                     ^ Object literal may only specify known properties, but 'targt' does not exist in type 'ServiceCallOptions<"light.turn_on", Target, false>'. Did you mean to write 'target'?
    await this.api.call('ai_task.generate_data', { data: { task_name: 'a', instructions: 'b' } });
    //                                           ^ Property 'returnResponse' is missing in type '{ data: { task_name: string; instructions: string; }; }' but required in type '{ readonly returnResponse: true; }'.
    this.logger.info(minutes);
  }
}

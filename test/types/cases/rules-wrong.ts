import { above, App } from 'hassette';

export class Wrong extends App {
  override onInitialize(): void {
    this.whenever(async () => this.states.is('light.a', 'on'), { name: 'a' });
    //                        ^ Type 'Promise<boolean>' is not assignable to type 'boolean'.
    this.whenever(() => this.states.get('light.a')?.state, { name: 'a' });
    //                  ^ Type 'undefined' is not assignable to type 'boolean'.
    this.whenever(() => this.states.is('light.a', 'onn'), { name: 'a' });
    //                                            ^ Argument of type '"onn"' is not assignable to parameter of type '"off" | "on" | readonly ("off" | "on" | Unavailable)[] | Unavailable'.
    this.whenever(() => true, { nam: 'a' });
    //                          ^ Object literal may only specify known properties, but 'nam' does not exist in type 'RuleOptions'. Did you mean to write 'name'?
    this.whenever(() => true, { name: 'a', hold: { exti: '3m' } });
    //                                             ^ Object literal may only specify known properties, and 'exti' does not exist in type 'Duration | DurationFields | RuleHolds'.
    this.whenever(() => true, { enter: (change) => change.phse });
    //                                                    ^ Property 'phse' does not exist on type 'RuleChange'. Did you mean 'phase'?
    this.states.any({ domain: 'light' }, 'onn');
    //                                   ^ Argument of type '"onn"' is not assignable to parameter of type '"off" | "on" | Available | NoNumbers<"light"> | Not<Negatable<"off" | "on" | Unavailable, NoNumbers<"light">>> | OneOf<...> | readonly ("off" | ... 1 more ... | Unavailable)[] | RegExp | Unavailable'.
    this.states.all(['lock.front'], 'open wide');
    //                              ^ Argument of type '"open wide"' is not assignable to parameter of type '"jammed" | "locked" | "locking" | "open" | "opening" | "unlocked" | "unlocking" | Available | NoNumbers<"lock"> | Not<Negatable<"jammed" | "locked" | "locking" | ... 4 more ... | Unavailable, NoNumbers<...>>> | ... 4 more ... | undefined'.
    this.states.count('light.*', above(3));
    //                           ^ Property 'hasNoNumbers' is missing in type 'Above' but required in type 'NoNumbers<"light">'.
    this.states.any('light', (light) => light.state === 'on');
    //                       ^ Argument of type '(light: any) => boolean' is not assignable to parameter of type '"off" | "on" | Available | NoNumbers<"light"> | Not<Negatable<"off" | "on" | Unavailable, NoNumbers<"light">>> | OneOf<...> | readonly ("off" | ... 1 more ... | Unavailable)[] | RegExp | Unavailable'.
    //                        ^ Parameter 'light' implicitly has an 'any' type.
    this.states.any({ domian: 'light' }, 'on');
    //                ^ Object literal may only specify known properties, and 'domian' does not exist in type 'readonly string[] | Selection'.
    const washer = this.machine({
      name: 'washer',
      initial: 'idle',
      states: {
        idle: { when: { runing: () => true } },
        //              ^ Object literal may only specify known properties, but 'runing' does not exist in type '{ readonly done?: MachineCondition | (() => boolean) | undefined; readonly idle?: MachineCondition | (() => boolean) | undefined; readonly running?: MachineCondition | (() => boolean) | undefined; }'. Did you mean to write 'running'?
        running: { on: { stop: 'idel' }, after: { idle: 5 } },
        //               ^ Type '"idel"' is not assignable to type '"done" | "idle" | "running" | { readonly to: "done" | "idle" | "running"; readonly if?: (() => boolean) | undefined; } | undefined'.
        //                                        ^ Type 'number' is not assignable to type 'DurationInput | undefined'.
        done: { enter: ({ from }) => from === 'don' },
        //                           ^ This comparison appears to be unintentional because the types '"done" | "idle" | "running" | undefined' and '"don"' have no overlap.
      },
    });
    washer.send('stopp');
    //          ^ Argument of type '"stopp"' is not assignable to parameter of type '"stop"'.
    washer.is('runing');
    //        ^ Argument of type '"runing"' is not assignable to parameter of type '"done" | "idle" | "running"'.
    this.machine({ name: 'm', initial: 'aa', states: { a: {} } });
    //                        ^ Type '"aa"' is not assignable to type '"a"'.
    this.machine({ name: 'm', initial: 'a', states: { a: { whn: {} } } });
    //                                                     ^ Object literal may only specify known properties, but 'whn' does not exist in type 'MachineState<"a", never>'. Did you mean to write 'when'?
    this.machine({ initial: 'a', states: { a: {} } });
    //           ^ Property 'name' is missing in type '{ initial: "a"; states: { a: {}; }; }' but required in type 'MachineDefinition<"a", never>'.
    this.machine({ name: 'm', initial: 'a', states: { a: { when: { a: async () => true } } } });
    //                                                             ^ Type 'Promise<boolean>' is not assignable to type 'boolean'.
  }
}

import { App, z } from 'hassette';

declare module 'hassette' {
  interface Homes {
    default: unknown;
    cabin: unknown;
  }
}

const Config = z.object({ light: z.string() });

export class AtNone extends App.with(Config, { home: 'cabbin' }) {}
//                                             ^ Type '"cabbin"' is not assignable to type 'keyof Homes | undefined'. Did you mean '"cabin"'?

export class Mistyped extends App.with(Config, { hom: 'cabin' }) {}
//                                               ^ Object literal may only specify known properties, but 'hom' does not exist in type 'AppOptions'. Did you mean to write 'home'?

export class Wrong extends App {
  override onInitialize() {
    this.homes.cabbin.states.get('light.porch');
    //         ^ Property 'cabbin' does not exist on type 'AppHomes'. Did you mean 'cabin'?
    this.homes.cabin = this.home;
    //         ^ Cannot assign to 'cabin' because it is a read-only property.
    this.homes.cabin.scheduler.runDaily('07:30', () => undefined);
    //               ^ Property 'scheduler' does not exist on type 'AppHome'.
    void this.homes.cabin.entity('light.porch').turnOnn();
    //                                          ^ Property 'turnOnn' does not exist on type 'EntityHandle<"light.porch">'. Did you mean 'turnOn'?
  }
}

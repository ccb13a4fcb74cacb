import { App, z } from 'hassette';

export class Wrong extends App {
  readonly rings = this.store.value('rings', z.number());
  readonly mode = this.store.value('mode', z.enum(['home', 'away']).default('home'));

  async all(): Promise<void> {
    await this.rings.set('3');
    //                   ^ Argument of type 'string' is not assignable to parameter of type 'number'.
    await this.mode.set('awy');
    //                  ^ Argument of type '"awy"' is not assignable to parameter of type '"away" | "home"'.
    await this.rings.update((before) => before + 1);
    //                                  ^ 'before' is possibly 'undefined'.
    await this.rings.set(3, { ttl: 12 });
    //                        ^ Type 'number' is not assignable to type 'DurationInput | undefined'.
    await this.store.set('at', new Date(0));
    //                         ^ Index signature for type 'string' is missing in type 'Date'.
    await this.store.set('entries', new Map());
    //                              ^ Index signature for type 'string' is missing in type 'Map<any, any>'.
    this.store.value('rings', z.number(), { verison: 2 });
    //                                      ^ Object literal may only specify known properties, but 'verison' does not exist in type 'ValueOptions'. Did you mean to write 'version'?
    const rings: number = await this.rings.get();
    //    ^ Type 'undefined' is not assignable to type 'number'.
  }
}

import { App, onEvent, onStateChange, type StateChangeEvent } from 'hassette';

export class Wrong extends App {
  @onStateChange('light.a', { to: 'onn' })
  //                          ^ Type '"onn"' is not assignable to type '"off" | "on" | "unavailable" | "unknown" | Available | NoNumbers<"light"> | Not<Negatable<"off" | "on" | Unavailable, NoNumbers<"light">>> | ... 4 more ... | undefined'.
  first() {}

  @onStateChange('light.a', { to: 'on', debonce: '5s' })
  //                                    ^ Type 'string' is not assignable to type 'NoSuchKey<"debonce", "debounce" | "durable">'.
  second() {}

    @onStateChange('lock.a', { to: 'locked' })
//   ^ Type '"lock.a"' is not assignable to type '`light.${string}`'.
  third(event: StateChangeEvent<'light'>) {
    this.logger.info(event.to?.state);
  }

  @onEvent('zha_event', { immediate: true })
  //                      ^ Object literal may only specify known properties, and 'immediate' does not exist in type 'Checked<EventOptions<"zha_event">, EventOptions<string>>'.
  fourth() {}
}

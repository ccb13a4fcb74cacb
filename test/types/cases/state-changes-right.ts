import {
  above,
  App,
  available,
  below,
  between,
  decreased,
  type DurationText,
  increased,
  not,
  oneOf,
  type StateChangeEvent,
  type StateOptions,
} from 'hassette';

/** Compiles only if the two are the same type. */
declare function same<A, B>(...same: [A] extends [B] ? ([B] extends [A] ? [] : [A, B]) : [A, B]): void;

declare const configured: `light.${string}`;
declare const configuredMany: readonly `binary_sensor.${string}`[];
declare const anyId: string;
declare const anyIds: string[];
declare const length: DurationText;

export class Right extends App {
  override onInitialize() {
    const { bus } = this;

    // Whatever is subscribed to.
    bus.onStateChange('light.kitchen', () => undefined);
    bus.onStateChange(configured, { to: 'on' }, () => undefined);
    bus.onStateChange(configuredMany, { to: 'on', for: length }, () => undefined);
    bus.onStateChange(anyId, { to: 'anything at all' }, () => undefined);
    bus.onStateChange(anyIds, { to: above(3) }, () => undefined);
    bus.onStateChange(`light.${anyId}`, { to: 'off' }, () => undefined);
    bus.onStateChange(['light.a', 'switch.b'], { to: 'on' }, () => undefined);
    bus.onStateChange('binary_sensor.*_window', { to: 'on' }, () => undefined);
    bus.onStateChange('*.kitchen', { to: 'whatever' }, () => undefined);
    bus.onStateChange('*', () => undefined);
    bus.onStateChange('light.kitchen', { to: 'on', cause: 'user', resync: 'ignore' }, (event) => {
      same<'self' | 'app' | 'user' | 'automation' | 'device' | 'unknown', typeof event.cause.kind>();
    });
    bus.onStateChange('light.kitchen', { cause: ['user', 'device'] }, () => undefined);
    bus.onStateChange('light.kitchen', { cause: not('self') }, () => undefined);
    bus.onStateChange('light.kitchen', { cause: ({ kind, certain }) => kind === 'user' && certain }, () => undefined);
    bus.onUnavailable('light.kitchen', { resync: 'ignore' }, () => undefined);
    bus.onStateChange('light.kitchen', { to: 'on', for: '5m', backfill: true }, (event) => same<boolean, typeof event.backfill>());
    bus.onAttributeChange('light.kitchen', 'brightness', { backfill: true }, (event) => same<boolean, typeof event.backfill>());
    bus.onStateChange({ domain: 'light' }, { to: 'on' }, () => undefined);
    bus.onStateChange({ domain: ['light', 'lock'] }, { to: 'locked' }, () => undefined);
    bus.onStateChange({ domain: 'light', area: 'kitchen' }, { to: 'on' }, (event) => same<`light.${string}`, typeof event.entityId>());
    bus.onStateChange({ floor: ['ground', 'first'], label: 'night' }, { to: 'whatever' }, (event) => same<string, typeof event.entityId>());
    bus.onStateChange({ device_class: 'motion', integration: anyId, device: anyId }, () => undefined);
    bus.onStateChange('my_own_domain.thing', { to: 'purple', changed: increased() }, () => undefined);

    // Conditions.
    bus.onStateChange('lock.front', { from: 'locked', to: ['unlocked', 'open'] }, () => undefined);
    bus.onStateChange('climate.a', { to: oneOf('heat', 'cool') }, () => undefined);
    bus.onStateChange('alarm_control_panel.a', { to: not('disarmed') }, () => undefined);
    bus.onStateChange('alarm_control_panel.a', { to: not(['disarmed', 'arming']) }, () => undefined);
    bus.onStateChange('person.anna', { to: 'work', from: not('home') }, () => undefined);
    bus.onStateChange('sensor.power', { to: between(1, 5), from: below(0), changed: decreased() }, () => undefined);
    bus.onStateChange('sensor.power', { to: oneOf(above(5), 'standby', /^x/) }, () => undefined);
    bus.onStateChange('sensor.power', { to: not(above(5)) }, () => undefined);
    bus.onStateChange('input_number.a', { to: above(5) }, () => undefined);
    bus.onStateChange('light.a', { to: 'unavailable', from: available }, () => undefined);
    bus.onStateChange('light.a', { to: /^o/ }, () => undefined);
    bus.onStateChange('light.a', { to: (state) => state.attributes['brightness'] === 255 }, () => undefined);
    bus.onStateChange('sensor.a', { changed: (from, to) => (to.number ?? 0) > (from.number ?? 0) }, () => undefined);

    // Options.
    bus.onStateChange('light.a', { to: undefined, name: undefined, debounce: undefined }, () => undefined);
    bus.onStateChange('light.a', { debounce: '5s', mode: 'restart', timeout: false, priority: 3, once: true }, async () => undefined);
    bus.onStateChange('light.a', { throttle: { minutes: 5 }, maxPending: 3, overflow: 'error' }, () => undefined);
    bus.onStateChange('light.a', { for: Temporal.Duration.from('PT5M'), immediate: true, to: 'on' }, () => undefined);
    bus.onStateChange('light.a', { every: false, for: '5m', to: 'on' }, () => undefined);
    bus.onStateChange('light.a', { where: (event) => event.to?.state === 'on', onError: (failure) => failure.name }, () => undefined);
    const kept: StateOptions<'light.a'> = { to: 'on', for: '5m' };
    bus.onStateChange('light.a', kept, () => undefined);
    using subscription = bus.onStateChange('light.a', () => undefined);
    same<number, typeof subscription.counters.run>();
    bus.onStateChange('light.a', { to: 'on' }, this.onLight);
    bus.onStateChange('light.a', this.onAnyLight);

    // What the handler is told.
    bus.onStateChange('light.kitchen', (event) => {
      same<'changed' | 'added' | 'removed', typeof event.kind>();
      same<'light.kitchen', typeof event.entityId>();
      same<'on' | 'off' | undefined, 'on' | 'off' | undefined>();
      if (event.kind === 'added') same<null, typeof event.from>();
      if (event.kind === 'removed') same<null, typeof event.to>();
      if (event.kind === 'changed') same<'on' | 'off', typeof event.to.state>();
      same<AbortSignal, typeof event.signal>();
      same<Temporal.Instant, typeof event.firedAt>();
      same<boolean, typeof event.stale>();
    });
    bus.onStateChange('light.kitchen', { to: 'on' }, (event) => {
      same<'changed', typeof event.kind>();
      same<'on', typeof event.to.state>();
      same<'on' | 'off', typeof event.from.state>();
      same<number | undefined, typeof event.to.number>();
    });
    bus.onStateChange('lock.front', { from: 'locked', to: ['open', 'opening'] }, (event) => {
      same<'locked', typeof event.from.state>();
      same<'open' | 'opening', typeof event.to.state>();
    });
    bus.onStateChange('cover.a', { to: not(['open', 'opening']) }, (event) => same<'closed' | 'closing', typeof event.to.state>());
    bus.onStateChange('cover.a', { to: oneOf('open', 'closed') }, (event) => same<'open' | 'closed', typeof event.to.state>());
    bus.onStateChange('light.a', { to: 'on', immediate: true }, (event) => {
      same<'changed' | 'initial', typeof event.kind>();
      same<'on', typeof event.to.state>();
      if (event.kind === 'initial') same<null, typeof event.from>();
    });
    bus.onStateChange('light.a', { from: 'unavailable' }, (event) => {
      same<'unavailable', typeof event.from.state>();
      same<'on' | 'off' | 'unavailable', typeof event.to.state>();
    });
    bus.onStateChange('light.a', { to: available }, (event) => {
      same<'on' | 'off', typeof event.to.state>();
      same<'on' | 'off' | 'unavailable' | 'unknown', typeof event.from.state>();
    });
    bus.onStateChange('light.a', { to: not(available) }, (event) => same<'unavailable' | 'unknown', typeof event.to.state>());
    bus.onStateChange('light.a', { to: 'on', availability: 'raw' }, (event) => {
      same<'changed' | 'added', typeof event.kind>();
      same<'on' | 'off' | 'unavailable' | 'unknown' | undefined, typeof event.from extends null ? never : NonNullable<typeof event.from>['state'] | undefined>();
    });
    bus.onStateChange(['light.a', 'lock.b'], { changed: () => true }, (event) => {
      same<'light.a' | 'lock.b', typeof event.entityId>();
      same<'on' | 'off' | 'locked' | 'unlocked' | 'locking' | 'unlocking' | 'jammed' | 'open' | 'opening', typeof event.to.state>();
    });
    bus.onStateChange('binary_sensor.*_window', { to: 'on' }, (event) => same<`binary_sensor.${string}`, typeof event.entityId>());
    bus.onStateChange({ domain: 'vacuum' }, { to: 'docked' }, (event) => same<`vacuum.${string}`, typeof event.entityId>());
    bus.onStateChange('sensor.a', { to: above(3) }, (event) => same<string, typeof event.to.state>());
    bus.onStateChange(anyId, { to: 'x' }, (event) => same<string, typeof event.entityId>());

    // Attributes.
    bus.onAttributeChange('climate.a', 'current_temperature', { changed: increased() }, (event) => {
      same<unknown, typeof event.value>();
      same<string, typeof event.attribute>();
      same<'changed', typeof event.kind>();
    });
    bus.onAttributeChange('climate.a', 'hvac_action', { to: ['heating', 'idle'], for: '5m' }, () => undefined);
    bus.onAttributeChange('light.a', 'brightness', { to: above(100), from: (value) => value === null }, () => undefined);
    bus.onAttributeChange('light.a', 'rgb_color', (event) => void event.previous);

    // Availability.
    bus.onUnavailable('light.a', { for: '1h' }, (event) => same<'unavailable' | 'unknown', typeof event.to.state>());
    bus.onUnavailable('light.a', (event) => same<'changed', typeof event.kind>());
    bus.onAvailable('climate.a', { immediate: true }, (event) => same<'changed' | 'initial', typeof event.kind>());
  }

  onLight(event: StateChangeEvent<'light', { to: 'on' }>) {
    this.logger.info(event.from.state);
  }

  onAnyLight(event: StateChangeEvent<'light'>) {
    this.logger.info(event.to?.state);
  }
}

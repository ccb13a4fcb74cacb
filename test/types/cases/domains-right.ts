import { App, type AnyStates, type DomainState, type DomainValue, type EntityService, type FixedStates, type MayRespond, type NoFields, type PlainService, type SuggestedStates, type TargetedService, above } from 'hassette';

declare module 'hassette' {
  interface DomainStates {
    lawn_robot: FixedStates<'mowing' | 'charging' | 'stuck'>;
    mood: SuggestedStates<'merry' | 'sad'>;
    gauge: AnyStates;
  }
  interface Services {
    'lawn_robot.mow': EntityService<{ minutes: number }, { pattern: 'lines' | 'spiral' }>;
    'lawn_robot.get_map': EntityService<NoFields, NoFields, { readonly width: number }>;
    'lawn_robot.calibrate_all': PlainService<NoFields, { quick: boolean }, MayRespond<{ readonly done: number }>>;
    'lawn_robot.dock': EntityService<NoFields, NoFields, MayRespond<{ readonly at: string }>>;
    'light.play_effect': EntityService<{ effect_name: string }>;
    'notify.all_phones': TargetedService<{ message: string }>;
  }
}

/** Compiles only if the two are the same type. */
declare function same<A, B>(...same: [A] extends [B] ? ([B] extends [A] ? [] : [A, B]) : [A, B]): void;

export class Right extends App {
  override async onInitialize() {
    // What states stand for.
    same<number | undefined, NonNullable<ReturnType<typeof this.states.get<'counter.visits'>>>['value']>();
    same<'on' | 'off' | undefined, NonNullable<typeof lamp>['value']>();
    const lamp = this.states.get('light.a');
    same<Temporal.PlainDate | undefined, NonNullable<typeof day>['value']>();
    const day = this.states.get('date.birthday');
    const { value } = this.states.get('sensor.ends') ?? {};
    if (value instanceof Temporal.Instant) same<Temporal.Instant, typeof value>();
    same<Temporal.Instant, DomainValue<'button'>>();
    same<Temporal.PlainTime, DomainValue<'time'>>();
    same<string, DomainValue<'input_text'>>();
    same<number, DomainValue<'zone'>>();
    this.bus.onStateChange('input_button.bell', (event) => same<Temporal.Instant | undefined, NonNullable<typeof event.to>['value']>());
    this.bus.onStateChange('counter.a', { to: above(3) }, (event) => {
      same<number | undefined, typeof event.to.value>();
      same<Temporal.Instant | undefined, typeof event.to.instant>();
      same<readonly string[] | undefined, typeof event.to.options>();
    });
    same<number | undefined, typeof counter.value>();
    const counter = this.entity('counter.a');

    // Services of all domains.
    await this.entity('ai_task.a').call('generate_data');
    await this.entity('siren.a').turnOn({ tone: 'x', volume_level: 0.5, duration: 5 });
    await this.entity('climate.a').setHvacMode({ hvac_mode: 'heat_cool' });
    await this.entity('humidifier.a').setHumidity({ humidity: 50 });
    await this.api.call('mqtt.publish', { data: { topic: 'a/b', payload: 'x', qos: '0' } });
    await this.api.call('homeassistant.turn_off', { target: { area: 'kitchen' } });
    await this.api.call('conversation.process', { data: { text: 'on' } });
    const talk = await this.api.call('conversation.process', { data: { text: 'on' }, returnResponse: true });
    same<Readonly<Record<string, unknown>>, typeof talk>();
    await this.api.call('scene.apply', { data: { entities: { 'light.a': 'on' }, transition: 2 } });

    // Domains of one's own.
    same<'mowing' | 'charging' | 'stuck', DomainState<'lawn_robot'>>();
    this.bus.onStateChange('lawn_robot.a', { to: 'stuck' }, (event) => {
      same<'stuck', typeof event.to.state>();
      same<'mowing' | 'charging' | 'stuck' | undefined, typeof event.to.value>();
    });
    this.bus.onStateChange('mood.a', { to: 'anything' }, () => undefined);
    this.bus.onStateChange('gauge.a', { to: above(3) }, () => undefined);
    const robot = this.entity('lawn_robot.a');
    same<'mowing' | 'charging' | 'stuck' | 'unavailable' | 'unknown' | undefined, typeof robot.state>();
    await robot.mow({ minutes: 5, pattern: 'spiral' });
    const { width } = await robot.getMap();
    same<number, typeof width>();
    const docked = await robot.dock({}, { returnResponse: true });
    same<{ readonly at: string } | undefined, typeof docked>();
    await this.entity('light.a').playEffect({ effect_name: 'fire' });
    await this.entity('light.a').turnOn();
    const calibrated = await this.api.call('lawn_robot.calibrate_all', { data: { quick: true }, returnResponse: true });
    same<number, typeof calibrated.done>();
    same<void, Awaited<ReturnType<typeof calibrate>>>();
    const calibrate = () => this.api.call('lawn_robot.calibrate_all');
    await this.api.call('notify.all_phones', { data: { message: 'x' } });
    await this.api.call('notify.all_phones', { target: 'notify.a', data: { message: 'x' } });
    if (this.states.is('lawn_robot.a', ['stuck', 'unavailable'])) this.logger.info('help');
  }
}

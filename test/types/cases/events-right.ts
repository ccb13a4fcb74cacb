import { above, App, available, type HomeEvent, type LifecycleEvent, not, oneOf, type ServiceCallEvent, type TopicEvent, z } from 'hassette';

declare module 'hassette' {
  interface Topics {
    'garage.opened': { by: 'car' | 'person' };
    'house.quiet': undefined;
  }
}

/** Compiles only if the two are the same type. */
declare function same<A, B>(...same: [A] extends [B] ? ([B] extends [A] ? [] : [A, B]) : [A, B]): void;
declare const anyTopic: string;

export class Right extends App {
  override async onInitialize() {
    const { bus } = this;

    // Topics.
    bus.on('garage.opened', (event) => {
      same<'car' | 'person', typeof event.data.by>();
      same<'garage.opened', typeof event.topic>();
      same<string, typeof event.from>();
    });
    bus.on('garage.opened', { where: (event) => event.data.by === 'car', once: true }, (event) => event.signal);
    bus.on('never.heard.of', (event) => same<unknown, typeof event.data>());
    bus.on('garage.*', { debounce: '5s' }, (event) => same<unknown, typeof event.data>());
    bus.on(anyTopic, (event) => same<unknown, typeof event.data>());
    bus.on('garage.opened', this.onOpened);
    bus.emit('garage.opened', { by: 'car' });
    bus.emit('house.quiet');
    bus.emit('house.quiet', undefined);
    bus.emit('never.heard.of', { whatever: 1 });
    bus.emit('never.heard.of');
    bus.emit(anyTopic, 3);

    // Events of the home.
    bus.onEvent('zha_event', (event) => same<'zha_event', typeof event.type>());
    bus.onEvent('zha_event', { data: { command: 'toggle', args: [1, 2], device: { lqi: above(3) } } }, (event) => void event.data['x']);
    bus.onEvent('zha_event', { data: { command: not('on'), level: oneOf(1, above(5)), x: available, y: (value) => value === 3 } }, () => undefined);
    bus.onEvent('zha_event', { where: (event) => event.data['x'] === 1, mode: 'parallel' }, this.onZha);

    // Events whose data a schema has checked.
    const press = z.object({ command: z.enum(['on', 'off']), level: z.coerce.number().default(1), at: z.iso.datetime().transform((text) => new Date(text)) });
    bus.onEvent('zha_event', { schema: press }, (event) => {
      same<'on' | 'off', typeof event.data.command>();
      same<number, typeof event.data.level>();
      same<Date, typeof event.data.at>();
    });
    bus.onEvent('zha_event', { schema: z.string(), data: { command: 'on' }, invalid: 'error' }, (event) => same<string, typeof event.data>());
    bus.onEvent('zha_event', { invalid: undefined }, (event) => same<Readonly<Record<string, unknown>>, typeof event.data>());
    bus.onEvent('zha_event', { schema: press, mode: 'queued' }, this.onPress);
    const pressed = await bus.waitForEvent('zha_event', { schema: press, timeout: '1m' });
    same<'on' | 'off' | undefined, NonNullable<typeof pressed>['data']['command'] | undefined>();

    // Calls of services.
    bus.onCallService('light.turn_on', { data: { brightness_pct: above(80), entity_id: 'light.a' } }, (event) => {
      same<'light.turn_on', typeof event.service>();
    });
    bus.onCallService('light.*', this.onCall);

    // The connection.
    bus.onConnected((event) => same<boolean, typeof event.again>());
    bus.onConnected({ name: 'back' }, (event) => same<'connected', typeof event.kind>());
    bus.onDisconnected({ debounce: '5m' }, (event) => same<string | undefined, typeof event.problem extends undefined ? never : NonNullable<typeof event.problem>['message'] | undefined>());
    bus.onHomeAssistantStart((event) => same<string, typeof event.home>());
    bus.onConnected(this.onBack);

    // Waits.
    const locked = await bus.waitFor('lock.front', { to: 'locked', timeout: '30s' });
    same<'locked' | undefined, 'locked' | undefined>();
    if (locked !== null) {
      same<'locked', typeof locked.to.state>();
      same<'changed' | 'initial', typeof locked.kind>();
    }
    const certain = await bus.waitFor('lock.front', { to: 'locked' });
    same<'locked', typeof certain.to.state>();
    const later = await bus.waitFor('lock.front', { to: 'locked', next: true });
    same<'changed', typeof later.kind>();
    const any = await bus.waitFor('lock.front');
    same<'lock.front', typeof any.entityId>();
    await bus.waitFor(['light.a', 'light.b'], { to: 'on', for: '5m', where: (event) => event.entityId === 'light.a' });
    const scanned = await bus.waitForEvent('tag_scanned', { data: { tag_id: 'door' }, timeout: '1m' });
    same<'tag_scanned' | undefined, 'tag_scanned' | undefined>();
    if (scanned !== null) same<'tag_scanned', typeof scanned.type>();
    const event = await bus.waitForEvent('tag_scanned', { where: ({ data }) => data['tag_id'] === 'door' });
    same<HomeEvent<'tag_scanned'>, typeof event>();
  }

  onOpened(event: TopicEvent<'garage.opened'>) {
    this.logger.info(event.data.by);
  }

  onPress(event: HomeEvent<'zha_event', { readonly command: string }>) {
    this.logger.info(event.data.command);
  }

  onZha(event: HomeEvent) {
    this.logger.info(event.data);
  }

  onCall(event: ServiceCallEvent) {
    this.logger.info(event.service);
  }

  onBack(event: LifecycleEvent<'connected'>) {
    this.logger.info(event.home);
  }
}

export class BeforeHandlers extends App {
  override onInitialize() {
    this.bus.use((event, next) => {
      if (event.kind === 'changed') return next({ to: { state: event.from.state, attributes: {} } });
      if (event.kind === 'topic') return next({ data: [event.topic, event.from] });
      if (event.kind !== 'disconnected') next();
    });
    const topics = this.bus.history({ topic: 'garage.opened', limit: 3 });
    const by: 'car' | 'person' | undefined = topics[0]?.data.by;
    const states: readonly (string | undefined)[] = this.bus
      .history({ entity: 'light.*', since: '1h' })
      .map((change) => change.to?.state);
    const kinds: readonly string[] = this.bus.history().map((happening) => happening.kind);
    this.logger.info({ by, states, kinds });
  }
}

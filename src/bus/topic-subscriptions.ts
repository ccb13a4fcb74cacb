import { assertMayAct, type Life } from '../kernel/life.ts';
import type { BusScope, BusService } from './bus-service.ts';
import { HANDLER_OPTIONS, type HandlerOptions, readHandlerOptions } from './handler-options.ts';
import type { Subscription } from './subscription.ts';
import { assertTopic, TOPIC_HAPPENING, TopicEvent } from './topics.ts';

/** In whose name topics are subscribed to. */
export interface TopicSubscriber {
  readonly service: BusService;
  /** Whose topics they are. */
  readonly home: string;
  readonly scope: BusScope;
  readonly life: Life;
  /** Why options that a reader may expect are not there. */
  readonly elsewhere?: Readonly<Record<string, string>> | undefined;
}

/**
 * Subscribes to what apps tell each other under a topic, or under those that a glob means.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToTopic(
  { service, home, scope, life, elsewhere }: TopicSubscriber,
  topic: string,
  options: HandlerOptions<TopicEvent>,
  handler: (event: TopicEvent) => unknown,
): Subscription {
  assertMayAct(life, 'bus.on');
  assertTopic(topic, 'on', 'globs');
  const settings = readHandlerOptions(options, { method: `on(${topic})`, options: HANDLER_OPTIONS, elsewhere });
  const describe = (event: TopicEvent): string => `${event.topic} from ${event.from}`;
  const subscription = scope.open<TopicEvent>({
    ...{ method: 'on', target: topic, settings, handler, describe },
    happening: {
      ...{ kind: TOPIC_HAPPENING, subject: (event) => event.topic, by: (event) => event.from },
      ownHint: 'Leave out what the app tells itself: { where: (event) => event.from !== this.name }.',
    },
  });
  const remove = service.topics(home).subscribe(
    topic,
    (emission) => {
      subscription.countReceived();
      subscription.take(new TopicEvent(emission, life), emission);
    },
    settings.priority,
  );
  subscription.attach(remove);
  return subscription;
}

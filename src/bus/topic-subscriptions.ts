import { assertMayAct, type Life } from '../kernel/life.ts';
import type { BusScope, BusService } from './bus-service.ts';
import { HANDLER_OPTIONS, type HandlerOptions, readHandlerOptions } from './handler-options.ts';
import type { Subscription } from './subscription.ts';
import { assertTopic, TOPIC_HAPPENING, TopicEvent } from './topics.ts';

const TOPIC_OPTIONS = [...HANDLER_OPTIONS, 'cause'];

/** In whose name topics are subscribed to. */
export interface TopicSubscriber {
  readonly service: BusService;
  /** Whose topics they are. */
  readonly home: string;
  readonly scope: BusScope;
  readonly life: Life;
  /** Whose topics are to be handled; all of them, where it is not said. */
  readonly isMeant?: ((event: TopicEvent) => boolean) | undefined;
  /** Why options that a reader may expect are not there. */
  readonly elsewhere?: Readonly<Record<string, string>> | undefined;
}

/**
 * Subscribes to what apps tell each other under a topic, or under those that a glob means.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToTopic(
  { service, home, scope, life, elsewhere, isMeant }: TopicSubscriber,
  topic: string,
  options: HandlerOptions<TopicEvent>,
  handler: (event: TopicEvent) => unknown,
): Subscription {
  assertMayAct(life, 'bus.on');
  assertTopic(topic, 'on', 'globs');
  const settings = readHandlerOptions(options, { method: `on(${topic})`, options: TOPIC_OPTIONS, elsewhere });
  const describe = (event: TopicEvent): string => `${event.topic} from ${event.from}`;
  const subscription = scope.open<TopicEvent>({
    ...{ method: 'on', target: topic, settings, handler, describe },
    happening: {
      ...{ kind: TOPIC_HAPPENING, subject: (event) => event.topic, by: (event) => event.from },
      ownHint: "Leave out what the app tells itself: { cause: not('self') }.",
    },
  });
  const remove = service.topics(home).subscribe(
    topic,
    (emission) => {
      subscription.countReceived();
      const event = new TopicEvent(emission, life);
      let through: boolean;
      try {
        through = isMeant?.(event) !== false;
      } catch (error) {
        subscription.refuse(error, describe(event));
        return;
      }
      if (through) subscription.take(event, emission);
    },
    settings.priority,
  );
  subscription.attach(remove);
  return subscription;
}

import { BusEvent, type SignalSource } from '../../src/bus/event.ts';
import { BusService } from '../../src/bus/bus-service.ts';
import { type Door, HANDLER_OPTIONS, type HandlerOptions, readHandlerOptions } from '../../src/bus/handler-options.ts';
import { Cancelled } from '../../src/kernel/errors.ts';
import { Executor } from '../../src/kernel/executor.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { Life } from '../../src/kernel/life.ts';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import { Resource, type ResourceContext } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

class Host extends Resource {
  constructor(context: ResourceContext) {
    super('host', context);
  }
}

/** An event that carries a number. */
export class Tick extends BusEvent {
  readonly value: number;

  constructor(value: number, source: SignalSource) {
    super(source);
    this.value = value;
    Object.freeze(this);
  }

  override get firedAt(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(0);
  }
}

export const DOOR: Door = { method: 'onTick(a)', options: HANDLER_OPTIONS };

/** A bus under virtual time, with an app's scope in which a test subscribes to ticks. */
export async function startBus(
  options: { readonly self?: unknown; readonly onError?: (failure: Failure) => unknown } = {},
) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-01T12:00:00Z') });
  const logging = new Logging({ clock, format: 'silent', level: 'debug' });
  const lines: LogRecord[] = [];
  logging.tap((record) => lines.push(record));
  const executor = new Executor({ clock, logger: logging.logger('executor') });
  clock.addActivity(executor);
  const failures: Failure[] = [];
  executor.onFailure((failure) => failures.push(failure));
  const host = new Host({ clock, logging });
  const service = new BusService(host, { executor });
  await host.start();
  const life = new Life('hallway');
  const scope = service.scope({ life, self: () => options.self, onError: options.onError });
  return {
    clock,
    service,
    executor,
    failures,
    lines,
    life,
    scope,
    subscribe(given: HandlerOptions<Tick>, handler: (event: Tick) => unknown) {
      const subscription = scope.open<Tick>({
        method: 'onTick',
        target: 'a',
        settings: readHandlerOptions(given, DOOR),
        handler,
        describe: (event) => `tick ${event.value}`,
      });
      return {
        subscription,
        tick: (...values: number[]) => {
          for (const value of values) {
            subscription.countReceived();
            subscription.take(new Tick(value, life));
          }
        },
      };
    },
    stopApp: () => life.stop(new Cancelled('hallway is stopping')),
    async [Symbol.asyncDispose]() {
      life.stop(new Cancelled('the test is over'));
      await host.stop();
    },
  };
}

import { AppBus } from '../../src/apps/app-bus.ts';
import { BusService } from '../../src/bus/bus-service.ts';
import { Cancelled } from '../../src/kernel/errors.ts';
import { Executor } from '../../src/kernel/executor.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { Life } from '../../src/kernel/life.ts';
import { memoryWaits } from '../storage/memory-storage.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { Resource, type ResourceContext } from '../../src/kernel/resource.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import type { OpenApi } from './api-client.ts';

class Host extends Resource {
  constructor(context: ResourceContext) {
    super('host', context);
  }
}

/** An app's bus on a home of the suite. */
export async function openBus({ home }: OpenApi) {
  const clock = new SystemClock();
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const warnings: string[] = [];
  logging.tap(({ level, msg }) => {
    if (level === 'warn') warnings.push(msg);
  });
  const logger = logging.logger('app.contract');
  const host = new Host({ clock, logging });
  const service = new BusService(host, { executor: new Executor({ clock, logger }) });
  await host.start();
  const life = new Life('contract');
  const failures: Failure[] = [];
  const onError = (failure: Failure): void => void failures.push(failure);
  const bus = new AppBus({
    service,
    home,
    life,
    clock,
    logger,
    waits: memoryWaits({ clock, logging }, 'hallway'),
    self: () => undefined,
    onError,
  });
  return {
    bus,
    failures,
    warnings,
    async [Symbol.asyncDispose]() {
      life.stop(new Cancelled('the test is over'));
      await host.stop();
    },
  };
}

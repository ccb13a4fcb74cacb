import { type EntityService, registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import { optional, textual } from '../schema.ts';

const turnMs = 2000;
const featureOpen = 1;

/** Locks take their time: two seconds in which they say what they are doing. */
export function registerLock(home: HomeCore): void {
  const turning = (through: string, to: string): EntityService => ({
    shape: { code: optional(textual) },
    fields: { code: { example: 1234, selector: { text: {} } } },
    run: (entity, { context }) =>
      new Promise<void>((done) => {
        home.write(entity, { state: through }, context);
        home.clock.after(turnMs, `${entity.entityId} is ${through}`, () => {
          const now = home.states.get(entity.entityId);
          if (now !== undefined) home.write(now, { state: to }, context);
          done();
        });
      }),
  });
  registerEntityServices(home, 'lock', {
    unlock: turning('unlocking', 'unlocked'),
    lock: turning('locking', 'locked'),
    open: { ...turning('opening', 'open'), features: [featureOpen] },
  });
}

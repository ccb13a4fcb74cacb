import { type EntityService, registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import type { StateRecord } from '../state-record.ts';

/** On, off and the other of the two, for a domain whose entities know nothing else. */
export function toggling(home: HomeCore): Record<'turn_on' | 'turn_off' | 'toggle', EntityService> {
  const turn = (to: (entity: StateRecord) => string): EntityService => ({
    run: (entity, { context }) => home.write(entity, { state: to(entity) }, context),
  });
  return {
    turn_off: turn(() => 'off'),
    turn_on: turn(() => 'on'),
    toggle: turn((entity) => (entity.state === 'on' ? 'off' : 'on')),
  };
}

export function registerSwitch(home: HomeCore): void {
  registerEntityServices(home, 'switch', toggling(home));
}

import { registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import { required } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';
import { has, isMoving, LastDirection, percentage, percentField } from './cover.ts';
import { Travels } from './travel.ts';

const feature = { open: 1, close: 2, setPosition: 4, stop: 8 };
/** A valve that knows no position takes so long, and its caller waits for it. */
const turnMs = 2000;

export function registerValve(home: HomeCore): void {
  const travels = new Travels(home, {
    attribute: 'current_position',
    state: (position, towards) => towards ?? (position === 0 ? 'closed' : 'open'),
    more: (position) => ({ is_closed: position === 0 }),
  });
  const lastWasOpening = new LastDirection(home, 'valve');
  const move = (entity: StateRecord, to: number, { context }: ServiceCall): void | Promise<void> => {
    if (entity.attributes.current_position !== undefined) return travels.begin(entity, to, context);
    home.write(entity, { state: to === 0 ? 'closing' : 'opening' }, context);
    return new Promise((done) => {
      home.clock.after(turnMs, `${entity.entityId} turns`, () => {
        const changes = { state: to === 0 ? 'closed' : 'open', attributes: { is_closed: to === 0 } };
        const now = home.states.get(entity.entityId);
        if (now !== undefined) home.write(now, changes, context);
        done();
      });
    });
  };
  const stop = (entity: StateRecord, { context }: ServiceCall): void => {
    if (entity.attributes.current_position !== undefined) travels.stop(entity, context);
  };
  registerEntityServices(home, 'valve', {
    open_valve: { features: [feature.open], run: (entity, call) => move(entity, 100, call) },
    close_valve: { features: [feature.close], run: (entity, call) => move(entity, 0, call) },
    set_valve_position: {
      shape: { position: required(percentage) },
      fields: { position: percentField },
      features: [feature.setPosition],
      run: (entity, call) => move(entity, Number(call.data.position), call),
    },
    stop_valve: { features: [feature.stop], run: stop },
    toggle: {
      features: [feature.open | feature.close],
      run: (entity, call) => {
        if (has(entity, feature.stop) && isMoving(entity)) return stop(entity, call);
        const opens = entity.state === 'closed' || (has(entity, feature.stop) && !lastWasOpening.of(entity));
        return move(entity, opens ? 100 : 0, call);
      },
    },
  });
}

import { type EntityService, registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import { optional, required, textual, wholeRead, within } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';
import { Travels } from './travel.ts';

const feature = {
  open: 1,
  close: 2,
  setPosition: 4,
  stop: 8,
  openTilt: 16,
  closeTilt: 32,
  stopTilt: 64,
  setTilt: 128,
};

export const percentage = within(0, 100, wholeRead, 'expected a percentage between 0 and 100');
export const percentField = {
  required: true,
  selector: { number: { min: 0, max: 100, unit_of_measurement: '%', step: 1, mode: 'slider' } },
};

export function has({ attributes }: StateRecord, features: number): boolean {
  return (Number(attributes.supported_features ?? 0) & features) === features;
}

/** Covers: those with a position take a second for a tenth of the way, others are open or closed at once. */
export function registerCover(home: HomeCore): void {
  registerEntityServices(home, 'cover', { ...moves(home), ...tilts(home) });
}

function moves(home: HomeCore): Record<string, EntityService> {
  const travels = new Travels(home, {
    attribute: 'current_position',
    state: (position, towards) => towards ?? (position === 0 ? 'closed' : 'open'),
    more: (position) => ({ is_closed: position === 0 }),
  });
  const lastWasOpening = new LastDirection(home, 'cover');
  const move = (entity: StateRecord, to: number, { context }: ServiceCall): void => {
    if (entity.attributes.current_position !== undefined) return travels.begin(entity, to, context);
    home.write(entity, { state: to === 0 ? 'closed' : 'open', attributes: { is_closed: to === 0 } }, context);
  };
  const stop = (entity: StateRecord, { context }: ServiceCall): void => {
    if (entity.attributes.current_position !== undefined) travels.stop(entity, context);
  };
  const speed = { shape: { speed: optional(textual) }, fields: { speed: { example: 'fast', selector: { text: {} } } } };
  return {
    open_cover: { ...speed, features: [feature.open], run: (entity, call) => move(entity, 100, call) },
    close_cover: { ...speed, features: [feature.close], run: (entity, call) => move(entity, 0, call) },
    set_cover_position: {
      shape: { position: required(percentage), ...speed.shape },
      fields: { position: percentField, ...speed.fields },
      features: [feature.setPosition],
      run: (entity, call) => move(entity, Number(call.data.position), call),
    },
    stop_cover: { features: [feature.stop], run: stop },
    toggle: {
      features: [feature.open | feature.close],
      run: (entity, call) => {
        if (has(entity, feature.stop) && isMoving(entity)) return stop(entity, call);
        const opens = entity.state === 'closed' || !lastWasOpening.of(entity);
        return move(entity, opens ? 100 : 0, call);
      },
    },
  };
}

function tilts(home: HomeCore): Record<string, EntityService> {
  const travels = new Travels(home, { attribute: 'current_tilt_position', state: () => undefined });
  const tilt = (entity: StateRecord, to: number, { context }: ServiceCall): void => {
    if (entity.attributes.current_tilt_position !== undefined) travels.begin(entity, to, context);
  };
  return {
    open_cover_tilt: { features: [feature.openTilt], run: (entity, call) => tilt(entity, 100, call) },
    close_cover_tilt: { features: [feature.closeTilt], run: (entity, call) => tilt(entity, 0, call) },
    stop_cover_tilt: {
      features: [feature.stopTilt],
      run: (entity, { context }) => {
        if (entity.attributes.current_tilt_position !== undefined) travels.stop(entity, context);
      },
    },
    set_cover_tilt_position: {
      shape: { tilt_position: required(percentage) },
      fields: { tilt_position: percentField },
      features: [feature.setTilt],
      run: (entity, call) => tilt(entity, Number(call.data.tilt_position), call),
    },
    toggle_cover_tilt: {
      features: [feature.openTilt | feature.closeTilt],
      run: (entity, call) => tilt(entity, entity.attributes.current_tilt_position === 0 ? 100 : 0, call),
    },
  };
}

export function isMoving({ state }: StateRecord): boolean {
  return state === 'opening' || state === 'closing';
}

/** Which way each entity of a domain went last: what `toggle` turns round. */
export class LastDirection {
  readonly #opening = new Map<string, boolean>();

  constructor(home: HomeCore, domain: string) {
    home.states.watch(domain, ({ entityId, to }) => {
      if (to === undefined) this.#opening.delete(entityId);
      else if (isMoving(to)) this.#opening.set(entityId, to.state === 'opening');
    });
  }

  /** Taken for opening where it is not known. */
  of({ entityId }: StateRecord): boolean {
    return this.#opening.get(entityId) ?? true;
  }
}

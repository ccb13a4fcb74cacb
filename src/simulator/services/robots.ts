import { type EntityService, registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import { dict, listOf, numberRead, optional, required, textual, wholeRead } from '../schema.ts';
import type { StateRecord } from '../state-record.ts';
import { toggling } from './switch.ts';

/** So long a robot takes back to its dock. */
const returnMs = 30_000;

/** `vacuum` and `lawn_mower`, which go out and come back, and `remote`, which sends what it is told. */
export function registerRobots(home: HomeCore): void {
  const robots = new Robots(home);
  registerEntityServices(home, 'vacuum', vacuum(home, robots));
  registerEntityServices(home, 'lawn_mower', {
    start_mowing: { features: [1], run: robots.become('mowing') },
    pause: { features: [2], run: robots.become('paused') },
    dock: { features: [4], run: robots.goHome() },
    stop: { features: [8], run: robots.become('idle') },
  });
  registerEntityServices(home, 'remote', remote(home));
}

class Robots {
  readonly #home: HomeCore;

  constructor(home: HomeCore) {
    this.#home = home;
  }

  become(state: string): EntityService['run'] {
    return (entity, { context }) => this.#home.write(entity, { state }, context);
  }

  /** It says so at once, and is there after a while, unless it was sent elsewhere meanwhile. */
  goHome(): EntityService['run'] {
    return (entity, { context }) => {
      this.#home.write(entity, { state: 'returning' }, context);
      const left = this.#home.states.get(entity.entityId)?.lastChanged;
      this.#home.clock.after(returnMs, `${entity.entityId} comes to its dock`, () => {
        const present = this.#home.states.get(entity.entityId);
        if (present?.state !== 'returning' || present.lastChanged !== left) return;
        this.#home.write(present, { state: 'docked' }, this.#home.newContext());
      });
    };
  }
}

const vacuumFeature = {
  pause: 4,
  stop: 8,
  returnHome: 16,
  fanSpeed: 32,
  sendCommand: 256,
  locate: 512,
  cleanSpot: 1024,
  start: 8192,
  cleanArea: 16_384,
};

function vacuum(home: HomeCore, robots: Robots): Record<string, EntityService> {
  const speedsOf = ({ attributes }: StateRecord): readonly unknown[] =>
    Array.isArray(attributes.fan_speed_list) ? attributes.fan_speed_list : [];
  return {
    start: { features: [vacuumFeature.start], run: robots.become('cleaning') },
    pause: { features: [vacuumFeature.pause], run: robots.become('paused') },
    return_to_base: { features: [vacuumFeature.returnHome], run: robots.goHome() },
    clean_spot: { features: [vacuumFeature.cleanSpot], run: robots.become('cleaning') },
    clean_area: {
      shape: { cleaning_area_id: required(listOf(textual)) },
      fields: { cleaning_area_id: { required: true, selector: { area: { multiple: true } } } },
      features: [vacuumFeature.cleanArea],
      run: robots.become('cleaning'),
    },
    locate: { features: [vacuumFeature.locate], run: () => undefined },
    stop: { features: [vacuumFeature.stop], run: robots.become('idle') },
    set_fan_speed: {
      shape: { fan_speed: required(textual) },
      fields: { fan_speed: { required: true, example: 'low', selector: { state: { attribute: 'fan_speed' } } } },
      features: [vacuumFeature.fanSpeed],
      // A speed that it does not know changes nothing, and is no error.
      run: (entity, { data, context }) => {
        if (speedsOf(entity).includes(data.fan_speed)) {
          home.write(entity, { attributes: { fan_speed: data.fan_speed } }, context);
        }
      },
    },
    send_command: {
      shape: { command: required(textual), params: optional((value) => (Array.isArray(value) ? value : dict(value))) },
      fields: {
        command: { required: true, example: 'set_dnd_timer', selector: { text: {} } },
        params: { example: '{ "key": "value" }', selector: { object: {} } },
      },
      features: [vacuumFeature.sendCommand],
      run: () => undefined,
    },
  };
}

function remote(home: HomeCore): Record<string, EntityService> {
  const on = toggling(home);
  const device = { example: 'television', selector: { text: {} } };
  return {
    ...on,
    turn_on: {
      ...on.turn_on,
      shape: { activity: optional(textual) },
      fields: { activity: { selector: { text: {} } } },
    },
    send_command: {
      shape: {
        command: required(listOf(textual)),
        device: optional(textual),
        num_repeats: optional(wholeRead, 1),
        delay_secs: optional(numberRead, 0.4),
        hold_secs: optional(numberRead, 0),
      },
      fields: { device, command: { required: true, example: 'Play', selector: { object: {} } } },
      run: (entity, { data, context }) => {
        const last = Array.isArray(data.command) ? data.command.at(-1) : undefined;
        home.write(entity, { attributes: { last_command_sent: last } }, context);
      },
    },
  };
}

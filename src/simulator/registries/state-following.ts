import type { WireEntityDetails } from '../../home-assistant/protocol/registry-wire.ts';
import type { HomeCore } from '../home-core.ts';
import type { Attributes } from '../state-record.ts';
import type { EntityChange } from './entity-records.ts';

/** After an entity is enabled its integration is set up anew, which brings its state back. */
const reloadDelayMs = 30_000;

/** Keeps the states as the entity registry says: under which id, by which name, and whether at all. */
export class StateFollowing {
  readonly #home: HomeCore;
  /** What entities had when they were disabled, by their registry id. */
  readonly #disabled = new Map<string, { readonly state: string; readonly attributes: Attributes }>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  follow({ from, to }: EntityChange): void {
    const { states } = this.#home;
    if (to.disabled_by !== null) this.#disable(from, to);
    else if (from.disabled_by !== null) this.#enableLater(to);
    const present = states.get(from.entity_id);
    if (present === undefined) return;
    const attributes = from.name === to.name ? present.attributes : this.#named(to, present.attributes);
    if (from.entity_id !== to.entity_id) states.remove(from.entity_id);
    states.set(to.entity_id, present.state, attributes);
  }

  #disable(from: WireEntityDetails, to: WireEntityDetails): void {
    const present = this.#home.states.get(from.entity_id);
    if (present === undefined) return;
    this.#disabled.set(to.id, { state: present.state, attributes: present.attributes });
    this.#home.states.remove(from.entity_id);
  }

  #enableLater({ id }: WireEntityDetails): void {
    this.#home.clock.after(reloadDelayMs, 'the simulated home sets an integration up anew', () => {
      const entity = this.#home.registries.entities.all().find((one) => one.id === id);
      const kept = this.#disabled.get(id);
      if (kept === undefined || entity === undefined || entity.disabled_by !== null) return;
      this.#disabled.delete(id);
      this.#home.states.set(entity.entity_id, kept.state, kept.attributes);
    });
  }

  /** A device's name comes before the entity's own. */
  #named(entity: WireEntityDetails, attributes: Attributes): Attributes {
    const device = entity.device_id === null ? undefined : this.#home.registries.devices.get(entity.device_id);
    const parts = [device?.name_by_user ?? device?.name, entity.name ?? entity.original_name];
    const name = parts.filter((part) => (part ?? '') !== '').join(' ');
    return name === '' ? attributes : { ...attributes, friendly_name: name };
  }
}

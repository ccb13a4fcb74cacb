import { InvalidTarget } from '../calls/call-errors.ts';
import { domainOf } from '../states/entity-state.ts';
import type { Home } from '../home.ts';
import type { TargetSelection } from '../calls/target.ts';
import type { Choice } from './selection.ts';
import { unknownPlaces } from './unknown-places.ts';

/**
 * What a selection means as the target of a call: Home Assistant's own words where these say the same, so that it is
 * worked out there at the moment of the call, else the entities.
 *
 * @throws InvalidTarget where it names an area or the like that the home does not have.
 */
export function targetOf(choice: Choice, service: string, home: Home): TargetSelection {
  const { registries, selections } = home;
  const [unknown] = registries.current ? unknownPlaces(choice, registries.index) : [];
  if (unknown !== undefined) throw new InvalidTarget(`Home "${home.home}" has ${unknown}, in a call of ${service}`);
  const words = inHomeWords(choice, domainOf(service));
  if (words !== undefined) return words;
  const known = home.service(service);
  const ofItsDomain = known !== undefined && known !== 'undescribed' && known.actsOnOwnEntities;
  const meant = selections.resolve(choice);
  return { entity_id: ofItsDomain ? meant.filter((entityId) => domainOf(entityId) === domainOf(service)) : meant };
}

/** Whether a selection can be told in Home Assistant's words: by one of its own keys, and of no other domain than the service's. */
export function inHomeWords(choice: Choice, domain: string): TargetSelection | undefined {
  if (choice.deviceClass !== undefined || choice.integration !== undefined) return undefined;
  if (choice.domain !== undefined && !(choice.domain.size === 1 && choice.domain.has(domain))) return undefined;
  const { area, floor, label, device } = choice;
  const given = [area, floor, label, device].filter((ids) => ids !== undefined);
  if (given.length !== 1) return undefined;
  if (area !== undefined) return { area_id: [...area] };
  if (floor !== undefined) return { floor_id: [...floor] };
  return label !== undefined ? { label_id: [...label] } : { device_id: [...(device ?? [])] };
}

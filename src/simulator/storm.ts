import { InvalidArgument } from '../kernel/errors.ts';

/** What a storm needs of the home that it comes over. */
export interface StormyHome {
  state(entityId: string): string | undefined;
  setState(entityId: string, state: string): void;
}

export interface StormOptions {
  /** How many changes. @defaultValue 10_000 */
  readonly changes?: number | undefined;
  /** Whose, in turn. One that the home does not have begins to be. @defaultValue 100 sensors, `sensor.storm_0` and on */
  readonly entities?: readonly string[] | undefined;
}

/**
 * A burst of changes, all in one turn of the home's event loop: a radio that comes back and tells of everything at
 * once. Each is a change of the state, which tells numbers upwards, or `on` and `off` where it was one of these.
 *
 * More than 4,095 at once are too much for a connection, at a real home as well: it ends the connection, and the client
 * finds what it missed by comparing. Several storms of fewer, with `await t.settle()` between them, all come through.
 *
 * @example
 * ```ts
 * storm(t.home, { changes: 4000, entities: ['sensor.power', 'light.hallway'] });
 * await t.settle();
 * ```
 * @throws InvalidArgument where there is no entity, or no number of changes.
 */
export function storm(home: StormyHome, { changes = 10_000, entities = DEFAULT_ENTITIES }: StormOptions = {}): void {
  if (entities.length === 0 || !Number.isInteger(changes) || changes < 1) {
    throw new InvalidArgument(`A storm of ${changes} changes of ${entities.length} entities is none`, {
      hint: 'Give it one change and one entity at least.',
    });
  }
  for (let change = 0; change < changes; change += 1) {
    const entityId = entities[change % entities.length];
    if (entityId !== undefined) home.setState(entityId, nextState(home.state(entityId)));
  }
}

const DEFAULT_ENTITIES = Array.from({ length: 100 }, (_, index) => `sensor.storm_${index}`);

function nextState(present: string | undefined): string {
  if (present === 'on') return 'off';
  if (present === 'off') return 'on';
  const number = Number(present);
  return Number.isFinite(number) ? String(number + 1) : '0';
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegistryIndex } from '../../../src/home-assistant/registries/registry-index.ts';
import { readSelection } from '../../../src/home-assistant/registries/selection.ts';
import { extractTarget } from '../../../src/simulator/registries/extract-target.ts';
import { Registries, type RegistrySetup } from '../../../src/simulator/registries/registries.ts';

const ids = (name: string, count: number): fc.Arbitrary<string> =>
  fc.constantFrom(...Array.from({ length: count }, (_, n) => `${name}_${n}`));
const perhaps = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const labels = fc.uniqueArray(ids('label', 3), { maxLength: 2 });

const setup = fc.record({
  areas: fc.dictionary(ids('area', 3), fc.record({ floor: perhaps(ids('floor', 2)), labels })),
  devices: fc.dictionary(ids('device', 3), fc.record({ area: perhaps(ids('area', 3)), labels })),
  entities: fc.dictionary(
    ids('light.a', 6),
    fc.record({
      area: perhaps(ids('area', 3)),
      device: perhaps(ids('device', 3)),
      labels,
      category: perhaps(fc.constantFrom('config' as const, 'diagnostic' as const)),
      hidden: fc.boolean(),
    }),
  ),
});

const selections = fc.oneof(
  fc.record({ area: fc.uniqueArray(ids('area', 3), { minLength: 1 }) }),
  fc.record({ floor: fc.uniqueArray(ids('floor', 2), { minLength: 1 }) }),
  fc.record({ label: fc.uniqueArray(ids('label', 3), { minLength: 1 }) }),
  fc.record({ device: fc.uniqueArray(ids('device', 3), { minLength: 1 }) }),
);

/** Registries as a home has them, and the index of what it tells of them. */
function both(given: RegistrySetup) {
  let instant = 0;
  const home = {
    nextInstant: () => (instant += 1),
    fire: () => undefined,
    isTaken: () => false,
    onChanged: () => undefined,
  };
  const registries = new Registries(
    home,
    () => ((instant += 1) / 1e6) % 1,
    () => String((instant += 1)),
  );
  registries.furnish(given);
  const index = new RegistryIndex();
  index.areas = new Map(registries.areas.all().map((area) => [area.area_id, area]));
  index.devices = new Map(registries.devices.all().map((device) => [device.id, device]));
  index.replaceEntities(registries.entities.all());
  return { registries, index };
}

function withoutUndefined<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe('RegistryIndex', () => {
  it('means by one key what a home means by it in a target', () => {
    fc.assert(
      fc.property(setup, selections, (given, selection) => {
        const { registries, index } = both(withoutUndefined(given) as RegistrySetup);
        const target = Object.fromEntries(Object.entries(selection).map(([key, value]) => [`${key}_id`, value]));
        const own = index.select(readSelection(selection, 'the test'));
        expect(own.toSorted()).toEqual([...extractTarget(registries, target).entities].toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('means by several keys no more than by each of them', () => {
    fc.assert(
      fc.property(setup, selections, selections, (given, one, other) => {
        const { index } = both(withoutUndefined(given) as RegistrySetup);
        const together = index.select(readSelection({ ...one, ...other }, 'the test'));
        // A label on the entity itself brings in what is there for diagnosis, which no other key does.
        const primary = together.filter((entityId) => index.entity(entityId)?.secondary === false);
        for (const entityId of primary) expect(index.select(readSelection(other, 'the test'))).toContain(entityId);
      }),
    );
  });

  it('knows an entity under its new id as it knew it under the old', () => {
    fc.assert(
      fc.property(setup, selections, (given, selection) => {
        const { index } = both(withoutUndefined(given) as RegistrySetup);
        const choice = readSelection(selection, 'the test');
        const before = index.select(choice);
        for (const { entityId } of [...index.entities()]) index.renameEntity(entityId, `${entityId}_renamed`);
        expect(index.select(choice)).toEqual(before.map((entityId) => `${entityId}_renamed`));
      }),
    );
  });
});

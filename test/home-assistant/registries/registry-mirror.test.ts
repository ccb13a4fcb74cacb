import { describe, expect, it } from 'vitest';
import { readSelection } from '../../../src/home-assistant/registries/selection.ts';
import { startSimulatedHouse } from './simulated-house.ts';

type House = Awaited<ReturnType<typeof startSimulatedHouse>>;

/** From now on the home answers questions about its registries two seconds late, each as it was when it was asked. */
function answerLate(t: House): void {
  t.simulated.add({
    name: 'answers late',
    send: (text, _connection, pass) => {
      if (/"type":"result".*"result":[[{].*(entity_id|area_id)/.test(text))
        t.clock.after(2000, 'a late answer', () => pass(text));
      else pass(text);
    },
  });
}

const meant = (t: House, area: string): string[] => t.home.selections.resolve(readSelection({ area }, 'the test'));

describe('RegistryMirror', () => {
  it('knows of what is moved and renamed in one go', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    await t.change(({ entities }) => {
      entities.update('light.desk', { area_id: 'kitchen' });
      entities.update('light.desk', { entity_id: 'light.table' });
    });
    expect(meant(t, 'kitchen')).toContain('light.table');
    expect(meant(t, 'study')).toEqual([]);
  });

  it('asks anew of what is renamed while it is being asked about', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    answerLate(t);
    await t.change(({ entities }) => entities.update('light.desk', { area_id: 'kitchen' }));
    await t.change(({ entities }) => entities.update('light.desk', { entity_id: 'light.table' }));
    await t.clock.advanceBy(10_000);
    expect(meant(t, 'kitchen')).toContain('light.table');
    expect(meant(t, 'kitchen')).not.toContain('light.desk');
  });

  it('takes a list for what it was when it was made', async () => {
    await using t = await startSimulatedHouse();
    answerLate(t);
    await t.clock.pump(t.home.firstReady);
    await t.clock.settle();
    await t.change(({ entities }) => entities.update('light.desk', { entity_id: 'light.table' }));
    await t.change(({ entities }) => entities.remove('light.hidden'));
    await t.change((registries) => registries.registerEntity('light.new', { area: 'study', name: 'New' }));
    await t.clock.advanceBy(10_000);
    expect(Array.from(t.home.registries.index.entities(), ({ entityId }) => entityId).toSorted()).toEqual(
      t.simulated.registries.entities
        .all()
        .map((entity) => entity.entity_id)
        .toSorted(),
    );
    expect(meant(t, 'study')).toEqual(['light.table', 'light.new']);
  });

  it('asks for many changes in one go, and not at all for what it does not keep', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const asked: string[] = [];
    t.simulated.add({
      name: 'counts',
      command: (command, _connection, pass) => {
        asked.push(command.type);
        pass(command);
      },
    });
    await t.change(({ entities, areas }) => {
      for (const entityId of ['light.lamp', 'light.desk', 'light.hidden'])
        entities.update(entityId, { labels: ['night'] });
      areas.update('kitchen', { name: 'Cuisine' });
    });
    await t.change(({ entities }) => entities.update('light.lamp', { icon: 'mdi:lamp', options: { light: { a: 1 } } }));
    expect(asked.toSorted()).toEqual(['config/area_registry/list', 'config/entity_registry/get_entries']);
    expect(t.home.registries.index.areas.get('kitchen')?.name).toBe('Cuisine');
  });

  it('lets apps begin where the registries are not told, and says so', async () => {
    await using t = await startSimulatedHouse({
      prepare: (simulated) =>
        simulated.add({
          name: 'refuses',
          command: ({ id, type, ...rest }, connection, pass) => {
            if (type.startsWith('config/')) connection.fail(id, { code: 'unknown_error', message: 'Unknown error' });
            else pass({ id, type, ...rest });
          },
        }),
    });
    await t.known();
    expect(t.home.registries.loaded).toBe(false);
    expect(t.warnings()).toHaveLength(1);
    expect(t.warnings()[0]).toContain('the registries are not known');
  });

  it('takes a registry that an older home does not have for an empty one', async () => {
    await using t = await startSimulatedHouse({
      prepare: (simulated) => void simulated.commands.delete('config/floor_registry/list'),
    });
    await t.known();
    expect(t.home.registries.current).toBe(true);
    expect(t.home.registries.index.floors.size).toBe(0);
    expect(meant(t, 'study')).toEqual(['light.desk']);
    expect(t.warnings()).toEqual([]);
  });
});

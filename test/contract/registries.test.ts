import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandRefused, NotPermitted } from '../../src/home-assistant/home-errors.ts';
import { readSelection } from '../../src/home-assistant/registries/selection.ts';
import type { StateTransition } from '../../src/home-assistant/states/state-mirror.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { openApi } from './api-client.ts';
import { type ContractHome, hasUserToken, LIGHT, onRealHome, openHome, OTHER_LIGHT } from './homes.ts';

const KITCHEN_LIGHT = 'light.kitchen_lights';
const TEXT = 'input_text.message';

/** The simulated home with what the suite needs of the real one's rooms. */
async function openRegistryHome(): Promise<ContractHome> {
  if (onRealHome) return openHome();
  const home = new SimulatedHome({
    clock: new SystemClock(),
    states: { [LIGHT]: 'off', [OTHER_LIGHT]: 'on', [KITCHEN_LIGHT]: 'on', [TEXT]: 'hello', 'sensor.battery': '12' },
    registries: {
      floors: { ground_floor: {}, first_floor: {} },
      areas: {
        kitchen: { floor: 'ground_floor' },
        bedroom: { floor: 'first_floor' },
        study: { floor: 'first_floor', labels: ['night'] },
      },
      labels: { night: {}, contract: {} },
      devices: { bed: { area: 'bedroom' }, ceiling: { area: 'kitchen' }, kitchen: { area: 'kitchen' } },
      entities: {
        [LIGHT]: { device: 'bed', labels: ['night', 'contract'], integration: 'demo' },
        [OTHER_LIGHT]: { device: 'ceiling', integration: 'demo' },
        [KITCHEN_LIGHT]: { device: 'kitchen', labels: ['contract'], integration: 'demo' },
        [TEXT]: { name: 'Message', integration: 'input_text' },
        'sensor.battery': { device: 'bed', category: 'diagnostic', integration: 'demo' },
      },
    },
  });
  const server = await SimulatorServer.listen(home);
  return { url: server.url, token: home.token, userToken: home.userToken, [Symbol.asyncDispose]: () => server.close() };
}

describe('registries', () => {
  let contract: ContractHome;
  beforeAll(async () => {
    contract = await openRegistryHome();
  });
  afterAll(() => contract[Symbol.asyncDispose]());

  /** Waits until the mirrors say something, which they do when the home has told them. */
  const until = (isSo: () => boolean): Promise<void> => expect.poll(isSo).toBe(true);

  const open = async (token?: string) => {
    const opened = await openApi(contract, token);
    await opened.home.whenKnown(new AbortController().signal);
    return opened;
  };

  it('makes, changes and removes areas, floors, labels and categories', async () => {
    await using t = await open();
    const { areas, floors, labels, categories } = t.api.registries;
    const floor = await floors.create({ name: 'Contract floor', level: 7 });
    expect(floor).toMatchObject({ floorId: 'contract_floor', level: 7, icon: undefined });
    const label = await labels.create({ name: 'Contract tag', color: 'red' });
    expect(label).toMatchObject({ labelId: 'contract_tag', color: 'red' });
    const area = await areas.create({ name: 'Contract attic', floorId: 'contract_floor', labels: ['contract_tag'] });
    expect(area).toMatchObject({ areaId: 'contract_attic', floorId: 'contract_floor', labels: ['contract_tag'] });
    expect(await areas.update('contract_attic', { name: 'Contract loft', icon: 'mdi:home' })).toMatchObject({
      name: 'Contract loft',
      icon: 'mdi:home',
    });
    await floors.remove('contract_floor');
    await labels.remove('contract_tag');
    expect(await areas.get('contract_attic')).toMatchObject({ name: 'Contract loft', floorId: undefined, labels: [] });
    await areas.remove('contract_attic');
    expect(await areas.get('contract_attic')).toBeUndefined();
    const category = await categories.of('automation').create({ name: 'Contract category' });
    expect(
      await categories.of('automation').update(category?.categoryId ?? '', { name: 'Contract other' }),
    ).toMatchObject({ name: 'Contract other' });
    await categories.of('automation').remove(category?.categoryId ?? '');
    expect((await categories.of('automation').list()).some(({ name }) => name.startsWith('Contract'))).toBe(false);
  });

  it('says of what is not there what was meant, and of a name that is taken whose it is', async () => {
    await using t = await open();
    const { areas, entities, devices } = t.api.registries;
    await expect(areas.update('kichen', { icon: 'mdi:home' })).rejects.toMatchObject({
      hint: 'Did you mean "kitchen"?',
    });
    await expect(areas.remove('kichen')).rejects.toThrow(CommandRefused);
    await expect(areas.create({ name: 'Kitchen' })).rejects.toMatchObject({ homeCode: 'invalid_info' });
    await expect(entities.update('light.no_such', { name: 'x' })).rejects.toMatchObject({ homeCode: 'not_found' });
    await expect(devices.update('no_such', { name: 'x' })).rejects.toMatchObject({ homeCode: 'not_found' });
    expect(await entities.get('light.no_such')).toBeUndefined();
  });

  it('changes entities and devices', async () => {
    await using t = await open();
    const { entities, devices } = t.api.registries;
    const before = await entities.get(LIGHT);
    expect(before).toMatchObject({ entityId: LIGHT, integration: 'demo', hiddenBy: undefined });
    expect(await entities.update(LIGHT, { hidden: true, name: 'Contract light', icon: 'mdi:lamp' })).toMatchObject({
      hiddenBy: 'user',
      name: 'Contract light',
    });
    expect(await entities.update(LIGHT, { hidden: false, name: null, icon: null })).toMatchObject({
      hiddenBy: undefined,
      name: undefined,
    });
    const deviceId = before?.deviceId ?? '';
    expect(await devices.update(deviceId, { name: 'Contract device', areaId: 'study' })).toMatchObject({
      name: 'Contract device',
      areaId: 'study',
    });
    expect(await devices.update(deviceId, { name: null, areaId: 'bedroom' })).toMatchObject({
      nameByUser: undefined,
      areaId: 'bedroom',
    });
    expect((await devices.get(deviceId))?.deviceId).toBe(deviceId);
    expect((await entities.list()).some(({ registryId }) => registryId === before?.registryId)).toBe(true);
  });

  it.runIf(hasUserToken)('lets a user who is no administrator read, and change nothing', async () => {
    await using t = await open(contract.userToken);
    const { areas, devices, entities, labels } = t.api.registries;
    expect((await areas.list()).map(({ areaId }) => areaId)).toContain('kitchen');
    expect((await devices.list()).length).toBeGreaterThan(0);
    expect(t.home.registries.index.areaIdOf(LIGHT)).toBe('bedroom');
    await expect(areas.create({ name: 'Contract nope' })).rejects.toThrow(NotPermitted);
    await expect(labels.remove('night')).rejects.toThrow(NotPermitted);
    await expect(entities.update(LIGHT, { name: 'x' })).rejects.toThrow(NotPermitted);
    await expect(devices.update((await entities.get(LIGHT))?.deviceId ?? '', { name: 'x' })).rejects.toThrow(
      NotPermitted,
    );
  });

  it.each([
    { area: 'kitchen' },
    { area: ['kitchen', 'bedroom'] },
    { floor: 'first_floor' },
    { label: 'night' },
    { label: 'contract' },
  ])('means by %j what Home Assistant means by it in a target', async (selection) => {
    await using t = await open();
    const [[key, ids] = ['area', '']] = Object.entries(selection);
    const answer = await t.api.websocket({ type: 'extract_from_target', target: { [`${key}_id`]: ids } });
    const meant = Reflect.get(answer as object, 'referenced_entities') as readonly string[];
    const own = t.home.selections.resolve(readSelection(selection, 'the suite'));
    expect(own.toSorted()).toEqual(meant.toSorted());
    expect(own.length).toBeGreaterThan(0);
  });

  it('follows a device to another area, live', async () => {
    await using t = await open();
    const { entities, devices } = t.api.registries;
    const deviceId = (await entities.get(KITCHEN_LIGHT))?.deviceId ?? '';
    const inStudy = readSelection({ area: 'study', domain: 'light' }, 'the suite');
    expect(t.home.selections.resolve(inStudy)).not.toContain(KITCHEN_LIGHT);
    await devices.update(deviceId, { areaId: 'study' });
    await until(() => t.home.selections.resolve(inStudy).includes(KITCHEN_LIGHT));
    await devices.update(deviceId, { areaId: 'kitchen' });
    await until(() => !t.home.selections.resolve(inStudy).includes(KITCHEN_LIGHT));
  });

  it('calls what is selected, and nothing else', async () => {
    await using t = await open();
    const { mirror } = t.home;
    await t.api.call('light.turn_on', { target: [LIGHT, KITCHEN_LIGHT] });
    await t.api.call('light.turn_off', { target: { area: 'bedroom', label: 'contract' } });
    await until(() => mirror.stateOf(LIGHT) === 'off');
    expect(mirror.stateOf(KITCHEN_LIGHT)).toBe('on');
    await t.api.call('light.turn_off', { target: { device_class: 'no_such_class' } });
    await t.api.call('light.turn_on', { target: { area: 'bedroom', domain: 'light' } });
    await until(() => mirror.stateOf(LIGHT) === 'on');
    await t.api.call('light.turn_off', { target: LIGHT });
    await expect(t.api.call('light.turn_on', { target: { area: 'kichen' } })).rejects.toThrow('did you mean "kitchen"');
  });

  it('carries an entity over a rename', async () => {
    await using t = await open();
    const { entities } = t.api.registries;
    const transitions: StateTransition[] = [];
    t.home.states.subscribe(TEXT, (transition) => transitions.push(transition));
    const value = t.home.mirror.stateOf(TEXT) ?? '';
    await entities.update(TEXT, { entityId: 'input_text.contract_renamed' });
    await until(() => transitions.length > 0);
    expect(transitions).toMatchObject([
      { kind: 'changed', renamedFrom: TEXT, entityId: 'input_text.contract_renamed' },
    ]);
    expect(t.home.mirror.get(TEXT)?.entityId).toBe('input_text.contract_renamed');
    await t.api.call('input_text.set_value', { target: TEXT, data: { value: `${value}!` } });
    await until(() => transitions.length > 1);
    expect(transitions[1]).toMatchObject({ kind: 'changed', to: { state: `${value}!` } });
    await entities.update('input_text.contract_renamed', { entityId: TEXT });
    await until(() => transitions.length > 2);
    expect(transitions[2]).toMatchObject({ entityId: TEXT });
    expect(t.warnings).toHaveLength(2);
    await t.api.call('input_text.set_value', { target: TEXT, data: { value } });
  });
});

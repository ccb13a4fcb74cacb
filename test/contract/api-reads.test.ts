import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryState } from '../../src/home-assistant/api/history.ts';
import { NUMBER, type OpenApi, openApi, openApiHome } from './api-client.ts';
import { type ContractHome, LIGHT, onRealHome } from './homes.ts';

let contract: ContractHome;
let t: OpenApi;
beforeAll(async () => {
  contract = await openApiHome();
  t = await openApi(contract);
});
afterAll(async () => {
  await t[Symbol.asyncDispose]();
  await contract[Symbol.asyncDispose]();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The recorder writes once a second. */
async function untilRecorded(read: () => Promise<readonly unknown[]>, count: number): Promise<void> {
  await expect
    .poll(async () => (await read()).length, { timeout: 10_000, interval: 200 })
    .toBeGreaterThanOrEqual(count);
}

describe('api.history', () => {
  const SENSOR = 'sensor.contract_history';

  it('gives what an entity was, gaps included, in order', async () => {
    const since = Temporal.Instant.fromEpochMilliseconds(Date.now());
    for (const state of ['1', 'unavailable', '2.5', '2.5']) await t.api.states.set(SENSOR, state);
    await t.api.states.set(SENSOR, '2.5', { attributes: { unit: 'W' } });
    await t.api.states.set(SENSOR, 'unknown');
    const read = async (): Promise<HistoryState[]> =>
      (await all(t.api.history(SENSOR, { since }))).filter(({ before }) => !before);
    await untilRecorded(read, 4);
    const states = await read();
    expect(states.map(({ state }) => state)).toEqual(['1', 'unavailable', '2.5', 'unknown']);
    expect(states.map(({ number }) => number)).toEqual([1, undefined, 2.5, undefined]);
    expect(states.map(({ available }) => available)).toEqual([true, false, true, false]);
    const times = states.map(({ at }) => at.epochMilliseconds);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(states.every(({ attributes }) => attributes === undefined)).toBe(true);
    const gap = states[1]?.at ?? since;
    const until = await all(t.api.history(SENSOR, { since, until: gap }));
    expect(until.filter(({ before }) => !before).map(({ state }) => state)).toEqual(['1']);
    const from = await all(t.api.history(SENSOR, { since: gap.subtract({ microseconds: 1 }) }));
    expect(from.map(({ state, before }) => `${state} ${before}`).slice(0, 2)).toEqual(['1 true', 'unavailable false']);
    await t.api.states.remove(SENSOR);
  });

  it('gives attributes where they are asked for, and what changed in them alone', async () => {
    const since = Temporal.Instant.fromEpochMilliseconds(Date.now());
    await t.api.states.set(SENSOR, 'a', { attributes: { n: 1 } });
    await t.api.states.set(SENSOR, 'a', { attributes: { n: 2 } });
    await t.api.states.remove(SENSOR);
    const read = (): Promise<HistoryState[]> => all(t.api.history(SENSOR, { since, attributes: true }));
    await untilRecorded(read, 3);
    // What was there before the span is told as well: that it was gone.
    const own = (await read()).filter(({ before }) => !before);
    expect(own.map(({ state, attributes }) => [state, attributes?.['n']])).toEqual([
      ['a', 1],
      ['a', 2],
      [null, undefined],
    ]);
    expect(own.map(({ available }) => available)).toEqual([true, true, false]);
  });

  it('gives several entities among each other, each with what it was before', async () => {
    await t.api.call('light.turn_off', { target: LIGHT });
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 11 } });
    await untilRecorded(
      async () => (await all(t.api.history(NUMBER, { since: '1m' }))).filter(({ state }) => state === '11.0'),
      1,
    );
    const since = Temporal.Instant.fromEpochMilliseconds(Date.now());
    await t.api.call('light.turn_on', { target: LIGHT });
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 12 } });
    await t.api.call('light.turn_off', { target: LIGHT });
    const read = (): Promise<HistoryState[]> => all(t.api.history([LIGHT, NUMBER], { since }));
    await untilRecorded(read, 5);
    const states = await read();
    const before = states.slice(0, 2).map((state) => `${state.entityId} ${state.state} ${state.before}`);
    expect(new Set(before)).toEqual(new Set([`${NUMBER} 11.0 true`, `${LIGHT} off true`]));
    expect(states.slice(2).map(({ entityId, state }) => `${entityId} ${state}`)).toEqual([
      `${LIGHT} on`,
      `${NUMBER} 12.0`,
      `${LIGHT} off`,
    ]);
  });

  it('gives nothing of an entity that there is not, and refuses an id that is none', async () => {
    await expect(all(t.api.history('sensor.no_such', { since: '1h' }))).resolves.toEqual([]);
    await expect(all(t.api.history('no id', { since: '1h' }))).rejects.toMatchObject({
      code: 'COMMAND_REFUSED',
      homeCode: 'invalid_entity_ids',
    });
  });
});

describe('api.logbook', () => {
  it('says what happened, and who did it', async () => {
    const since = Temporal.Instant.fromEpochMilliseconds(Date.now());
    await t.api.call('light.turn_on', { target: LIGHT });
    await t.api.call('light.turn_off', { target: LIGHT });
    const read = () => t.api.logbook({ entities: LIGHT, since });
    await untilRecorded(read, 2);
    expect(await read()).toMatchObject([
      { entityId: LIGHT, state: 'on', by: { domain: 'light', service: 'turn_on', userId: expect.any(String) } },
      { entityId: LIGHT, state: 'off', by: { service: 'turn_off', eventType: 'call_service' } },
    ]);
    // A device has events of its own; what its entities were is told by these.
    const { deviceId = 'no_such' } = (await t.api.registries.entities.get(LIGHT)) ?? {};
    expect(await t.api.logbook({ devices: deviceId, since })).toEqual([]);
    expect(await t.api.logbook({ entities: LIGHT, devices: deviceId, since })).toHaveLength(2);
  });
});

describe.skipIf(!onRealHome)('api.statistics', () => {
  it('lists what there is, and gives rows of it', async () => {
    const id = 'contract:api_energy';
    const start = Temporal.Instant.fromEpochMilliseconds(Math.floor(Date.now() / 3_600_000 - 5) * 3_600_000);
    await t.api.websocket({
      type: 'recorder/import_statistics',
      metadata: {
        has_mean: false,
        has_sum: true,
        mean_type: 0,
        name: 'Energy',
        source: 'contract',
        statistic_id: id,
        unit_of_measurement: 'kWh',
        unit_class: 'energy',
      },
      stats: [0, 1, 2].map((hours) => ({ start: start.add({ hours }).toString(), state: 70 + hours, sum: hours * 2 })),
    });
    await expect
      .poll(async () => (await t.api.statistics.list()).map((each) => each.id), { timeout: 10_000 })
      .toContain(id);
    expect((await t.api.statistics.list()).find((each) => each.id === id)).toMatchObject({
      name: 'Energy',
      source: 'contract',
      unit: 'kWh',
      unitClass: 'energy',
      hasMean: false,
      hasSum: true,
    });
    const { [id]: rows, 'sensor.no_such': none } = await t.api.statistics.during([id, 'sensor.no_such'], {
      since: '12h',
      period: 'hour',
    });
    expect(none).toEqual([]);
    expect(rows.map(({ sum, change, state }) => [sum, change, state])).toEqual([
      [0, 0, 70],
      [2, 2, 71],
      [4, 2, 72],
    ]);
    expect(rows[0]?.start.equals(start)).toBe(true);
    const wrong = t.api.statistics.during(id, { since: '1h', period: 'fortnight' as never });
    await expect(wrong).rejects.toMatchObject({ homeCode: 'invalid_format' });
  });
});

describe('api.calendars', () => {
  it('lists calendars, and gives what is in them', async () => {
    expect((await t.api.calendars.list()).map(({ entityId }) => entityId)).toContain('calendar.calendar_1');
    const [event] = await t.api.calendars.events('calendar.calendar_1', { to: '1d' });
    expect(event).toMatchObject({
      summary: 'Future Event',
      description: 'Future Description',
      location: 'Future Location',
      allDay: false,
    });
    expect(event?.start).toBeInstanceOf(Temporal.Instant);
    await expect(t.api.calendars.events('calendar.calendar_1', { from: '30d', to: '31d' })).resolves.toEqual([]);
  });

  it('says what cannot be', async () => {
    await expect(t.api.calendars.events('calendar.no_such', { to: '1d' })).rejects.toMatchObject({
      code: 'REST_REFUSED',
      status: 400,
    });
    const day = Temporal.PlainDate.from('2026-11-23');
    const event = { summary: 'Bins', start: day, end: day.add({ days: 1 }) };
    await expect(t.api.calendars.create('calendar.calendar_1', event)).rejects.toMatchObject({
      homeCode: 'not_supported',
    });
  });

  it.skipIf(!onRealHome)('are written to where they can be', async () => {
    const flow = (await t.api.rest('/api/config/config_entries/flow', {
      method: 'POST',
      body: { handler: 'local_calendar' },
    })) as { readonly flow_id: string };
    const body = { calendar_name: 'Contract family', import: 'create_empty' };
    await t.api.rest(`/api/config/config_entries/flow/${flow.flow_id}`, { method: 'POST', body });
    const calendar = 'calendar.contract_family';
    await expect.poll(() => t.home.mirror.has(calendar)).toBe(true);
    const day = Temporal.PlainDate.from('2026-11-30');
    const span = { from: '2026-11-29T00:00:00Z', to: '2026-12-03T00:00:00Z' };
    await t.api.calendars.create(calendar, {
      summary: 'Bins',
      start: day,
      end: day.add({ days: 1 }),
      rrule: 'FREQ=DAILY;COUNT=2',
    });
    const at = Temporal.ZonedDateTime.from(`2026-12-01T10:00[${t.home.timeZone}]`);
    await t.api.calendars.create(calendar, {
      summary: 'Doctor',
      start: at,
      end: at.add({ hours: 1 }),
      location: 'Town',
    });
    const [first, second, doctor] = await t.api.calendars.events(calendar, span);
    expect(first).toMatchObject({ summary: 'Bins', allDay: true, uid: expect.any(String) });
    expect(second).toMatchObject({ summary: 'Bins', uid: first?.uid, recurrenceId: expect.any(String) });
    expect(first?.start.toString()).toBe('2026-11-30');
    expect(doctor).toMatchObject({ summary: 'Doctor', location: 'Town', allDay: false });
    expect(doctor?.start.toString()).toBe(at.toInstant().toString());
    const uid = doctor?.uid ?? '';
    await t.api.calendars.update(calendar, { uid }, { summary: 'Dentist', start: at, end: at.add({ hours: 2 }) });
    await t.api.calendars.delete(calendar, { uid: first?.uid ?? '', recurrenceId: second?.recurrenceId });
    const left = await t.api.calendars.events(calendar, span);
    expect(left.map(({ summary }) => summary)).toEqual(['Bins', 'Dentist']);
    await expect(t.api.calendars.delete(calendar, { uid: 'no_such' })).rejects.toMatchObject({
      code: 'COMMAND_REFUSED',
    });
    const [entry] = await t.api.configEntries.list({ domain: 'local_calendar' });
    await t.api.rest(`/api/config/config_entries/entry/${entry?.id}`, { method: 'DELETE' });
  });
});

describe.skipIf(!onRealHome)('api.cameras', () => {
  it('give a picture, or say why not', async () => {
    const { contentType, bytes } = await t.api.cameras.image('camera.demo_camera');
    expect(contentType).toMatch(/^image\/jp/);
    expect([...bytes.slice(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    await expect(t.api.cameras.image('camera.no_such')).rejects.toMatchObject({ code: 'REST_REFUSED', status: 404 });
    await expect(t.api.cameras.stream('camera.demo_camera')).rejects.toMatchObject({ homeCode: 'start_stream_failed' });
  });
});

describe.skipIf(!onRealHome)('api.media', () => {
  it('looks into what there is to play', async () => {
    const top = await t.api.media.browse();
    expect(top).toMatchObject({ canExpand: true, contentId: 'media-source://' });
    expect(top.children[0]).toMatchObject({ title: expect.any(String), contentId: expect.any(String) });
    await expect(t.api.media.browse('media_player.browse', { item: top })).resolves.toMatchObject({ title: top.title });
    await expect(t.api.media.browse('media_player.no_such')).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
    await expect(t.api.media.resolve('media-source://no/such')).rejects.toMatchObject({
      homeCode: 'resolve_media_failed',
    });
  });
});

import { refuse, runApp, type RunAppOptions } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { AdaptiveLighting } from './adaptive-lighting.ts';

const lamp = 'light.living_room';
const other = 'light.kitchen';
const group = 'light.downstairs';
const sleep = 'input_boolean.sleep';
const white = { supported_color_modes: ['color_temp', 'hs'], min_color_temp_kelvin: 2000, max_color_temp_kelvin: 6535 };

/** In Amsterdam it is day at noon in June and night at one. */
const NOON = '2026-06-10T13:00[Europe/Amsterdam]';
const NIGHT = '2026-06-10T01:00[Europe/Amsterdam]';
const DAYLIGHT = { brightness: 255, color_temp_kelvin: 5000 };
const NIGHTLIGHT = { brightness: 89, color_temp_kelvin: 2200 };

function start(options: Partial<RunAppOptions<typeof AdaptiveLighting>> = {}) {
  return runApp(AdaptiveLighting, {
    source: import.meta.resolve('./adaptive-lighting.ts'),
    config: { lights: [lamp] },
    now: NOON,
    ...options,
    home: { [lamp]: { state: 'off', attributes: white }, ...options.home },
  });
}

type Home = Awaited<ReturnType<typeof start>>;

const asked = (t: Home) => t.calls('light.turn_on').map(({ data }) => data);

/** Somebody uses Home Assistant's own interface. */
async function byHand(t: Home, service: string, data: Readonly<Record<string, unknown>>) {
  const user = t.home.users.add('Ada', { isAdmin: false });
  const call = { domain: 'light', service, data: { entity_id: [lamp], ...data } };
  await t.home.services.call({ ...call, user, context: t.home.newContext(user) });
  await t.settle();
}

describe('AdaptiveLighting', () => {
  it.each([
    ['by day', NOON, DAYLIGHT],
    ['by night', NIGHT, NIGHTLIGHT],
  ])('gives a lamp that is turned on the light of the moment %s, at once', async (_, now, light) => {
    await using t = await start({ now });
    await byHand(t, 'turn_on', {});
    expect(t.attributes(lamp)).toMatchObject(light);
    expect(asked(t).at(-1)).toMatchObject({ transition: 0 });
  });

  it('glides through the evening, in small steps, and sends nothing where nothing changes', async () => {
    await using t = await start({ now: '2026-06-10T18:00[Europe/Amsterdam]' });
    await t.set(lamp, 'on', DAYLIGHT);
    const seen: number[] = [];
    for (let hour = 0; hour < 6; hour += 1) {
      await t.advance('1h');
      seen.push(Number(t.attributes(lamp)['brightness']));
    }
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    expect(seen.at(0)).toBe(255);
    expect(Math.abs(Number(seen.at(-1)) - 89)).toBeLessThanOrEqual(3);
    const calls = asked(t).length;
    expect(calls).toBeGreaterThan(40);
    await t.advance('2h');
    expect(asked(t)).toHaveLength(calls);
    expect(t.failures).toEqual([]);
  });

  it('leaves a brightness that somebody has set, and goes on with the colour', async () => {
    await using t = await start({ now: '2026-06-10T20:00[Europe/Amsterdam]' });
    await byHand(t, 'turn_on', {});
    await t.advance('1m');
    await byHand(t, 'turn_on', { brightness: 20 });
    const before = Number(t.attributes(lamp)['color_temp_kelvin']);
    await t.advance('1h');
    expect(t.attributes(lamp)['brightness']).toBe(20);
    expect(t.attributes(lamp)['color_temp_kelvin']).toBeLessThan(before - 300);
  });

  it('leaves a colour that somebody has set, and goes on with the brightness', async () => {
    await using t = await start({ now: '2026-06-10T20:00[Europe/Amsterdam]' });
    await byHand(t, 'turn_on', {});
    await t.advance('1m');
    await byHand(t, 'turn_on', { hs_color: [240, 90] });
    const before = Number(t.attributes(lamp)['brightness']);
    await t.advance('1h');
    expect(t.attributes(lamp)['hs_color']).toEqual([240, 90]);
    expect(t.attributes(lamp)['brightness']).toBeLessThan(before - 20);
  });

  it('leaves what somebody has named in turning a lamp on', async () => {
    await using t = await start();
    await byHand(t, 'turn_on', { brightness_pct: 10 });
    await t.advance('1h');
    expect(t.attributes(lamp)).toMatchObject({ brightness: 26, color_temp_kelvin: 5000 });
  });

  it('leaves what a dimmer on the wall has set', async () => {
    await using t = await start();
    await t.set(lamp, 'on', DAYLIGHT);
    await t.advance('10m');
    await t.set(lamp, 'on', { brightness: 60 });
    await t.advance('1h');
    expect(t.attributes(lamp)['brightness']).toBe(60);
  });

  it('forgets what was chosen when the lamp is turned off', async () => {
    await using t = await start();
    await byHand(t, 'turn_on', { brightness: 20 });
    await byHand(t, 'turn_off', {});
    expect(await t.stored()).toEqual({});
    await byHand(t, 'turn_on', {});
    expect(t.attributes(lamp)['brightness']).toBe(255);
  });

  it('does not take the many states of its own transition for a choice', async () => {
    await using t = await start({ now: NIGHT, config: { lights: [lamp], sleep }, home: { [sleep]: 'off' } });
    await t.set(lamp, 'on', { brightness: 89, color_mode: 'color_temp', color_temp_kelvin: 2200 });
    await t.advance('10m');
    await t.set(sleep, 'on');
    for (const brightness of [80, 60, 40, 20, 6]) {
      await t.set(lamp, 'on', { brightness });
      await t.advance('4s');
    }
    await t.set(lamp, 'on', { brightness: 5 });
    await t.set(sleep, 'off');
    await t.advance('1m');
    expect(t.attributes(lamp)['brightness']).toBe(89);
    expect(await t.stored()).toEqual({});
  });

  it('gives a lamp the light of the moment after a power cut, and the chosen one where there was one', async () => {
    await using t = await start({
      config: { lights: [lamp, other] },
      home: { [other]: { state: 'off', attributes: white } },
      now: NIGHT,
    });
    await byHand(t, 'turn_on', {});
    await byHand(t, 'turn_on', { entity_id: [other], brightness: 10 });
    for (const each of [lamp, other]) await t.set(each, 'unavailable');
    await t.advance('10m');
    for (const each of [lamp, other]) await t.set(each, 'on', { brightness: 254, color_temp_kelvin: 4000 });
    expect(t.attributes(lamp)).toMatchObject(NIGHTLIGHT);
    expect(t.attributes(other)).toMatchObject({ brightness: 10, color_temp_kelvin: 2200 });
  });

  it('keeps what was chosen over a restart of Home Assistant, and sends nothing for it', async () => {
    await using t = await start();
    await byHand(t, 'turn_on', { brightness: 20 });
    const calls = asked(t).length;
    t.home.restart();
    await t.advance('10m');
    expect(t.attributes(lamp)['brightness']).toBe(20);
    expect(asked(t)).toHaveLength(calls);
  });

  it('keeps it over a restart of the daemon, what was chosen meanwhile included', async () => {
    await using t = await start({
      config: { lights: [lamp, other] },
      home: { [other]: { state: 'off', attributes: white } },
    });
    await byHand(t, 'turn_on', { brightness: 20 });
    await byHand(t, 'turn_on', { entity_id: [other] });
    await t.stop();
    await t.advance('10m');
    await byHand(t, 'turn_on', { entity_id: [other], brightness: 40 });
    await t.advance('10m');
    await t.start();
    await t.advance('10m');
    expect(t.attributes(lamp)['brightness']).toBe(20);
    expect(t.attributes(other)['brightness']).toBe(40);
  });

  it('sets a lamp that was turned on while the daemon was off', async () => {
    await using t = await start();
    await byHand(t, 'turn_on', { brightness: 20 });
    await t.stop();
    await byHand(t, 'turn_off', {});
    await t.advance('10m');
    await t.start();
    await byHand(t, 'turn_on', {});
    expect(t.attributes(lamp)['brightness']).toBe(255);
  });

  it('sets each lamp of a group once, whoever else names it, and never the group', async () => {
    await using t = await start({
      config: { lights: [group, lamp] },
      home: {
        [lamp]: { state: 'on', attributes: white },
        [other]: { state: 'on', attributes: white },
        [group]: { state: 'on', attributes: { ...white, entity_id: [lamp, other] } },
      },
    });
    expect(t.calls('light.turn_on').map(({ target }) => target?.['entity_id'])).toEqual([[lamp], [other]]);
  });

  it('asks of each lamp what it can do', async () => {
    const lights = ['light.plug', 'light.dimmed', 'light.cold'] as const;
    await using t = await start({
      config: { lights: [...lights] },
      home: {
        'light.plug': { state: 'on', attributes: { supported_color_modes: ['onoff'] } },
        'light.dimmed': { state: 'on', attributes: { supported_color_modes: ['brightness'], brightness: 10 } },
        'light.cold': { state: 'on', attributes: { ...white, max_color_temp_kelvin: 4000, brightness: 10 } },
      },
    });
    await t.advance('5m');
    expect(asked(t)).toEqual([
      { brightness: 255, transition: 20 },
      { brightness: 255, color_temp_kelvin: 4000, transition: 20 },
    ]);
  });

  it('goes on with the others where one lamp cannot be set', async () => {
    await using t = await start({
      config: { lights: [lamp, other] },
      home: { [other]: { state: 'off', attributes: white } },
    });
    t.home.add(refuse('home_assistant_error', (command) => JSON.stringify(command).includes(lamp)));
    await t.set(lamp, 'on', { brightness: 3, color_mode: 'color_temp', color_temp_kelvin: 5000 });
    await t.set(other, 'on', { brightness: 3, color_mode: 'color_temp', color_temp_kelvin: 5000 });
    await t.advance('3m');
    expect(t.attributes(other)['brightness']).toBe(255);
    expect(t.logs.some(({ msg }) => msg.includes(`${lamp} could not be set`))).toBe(true);
  });

  it('is dimmed for the night as long as somebody sleeps', async () => {
    await using t = await start({ config: { lights: [lamp], sleep }, home: { [sleep]: 'off' }, now: NIGHT });
    await byHand(t, 'turn_on', {});
    await t.set(sleep, 'on');
    expect(t.attributes(lamp)).toMatchObject({ brightness: 5, color_temp_kelvin: 2000 });
    await t.set(sleep, 'unavailable');
    await t.set(sleep, 'off');
    expect(t.attributes(lamp)).toMatchObject(NIGHTLIGHT);
  });

  it('refuses a sun that is lower by day than by night', async () => {
    await expect(start({ config: { lights: [lamp], sun: [20, -6] } })).rejects.toThrow(/the sun has to be higher/);
  });
});

import { runApp, type RunAppOptions } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { CoverBySun } from './cover-by-sun.ts';

const cover = 'cover.living_room';
const other = 'cover.study';
const wind = 'sensor.wind';
const lux = 'sensor.brightness';
const blind = { state: 'open', attributes: { current_position: 100, supported_features: 15 } };

const config = {
  covers: [cover],
  opens: { clamp: ['07:00', '09:00'] },
  closes: { offset: '30m', clamp: ['16:00', '22:30'] },
  shine: { azimuth: [120, 250], elevation: 15 },
} as const;

function start(options: Partial<RunAppOptions<typeof CoverBySun>> = {}) {
  return runApp(CoverBySun, {
    source: import.meta.resolve('./cover-by-sun.ts'),
    config: structuredClone(config) as never,
    now: '2026-06-10T06:00[Europe/Amsterdam]',
    ...options,
    home: { [cover]: blind, ...options.home },
  });
}

type Home = Awaited<ReturnType<typeof start>>;

const positionOf = (t: Home, id: string = cover) => t.attributes(id)['current_position'];
const sent = (t: Home) => t.calls().filter(({ domain }) => domain === 'cover').length;

/** Somebody turns the crank. */
async function crank(t: Home, position: number) {
  await t.set(cover, position === 0 ? 'closed' : 'open', { current_position: position });
}

/** The home takes such calls, and nothing moves but what the test moves. */
function dead(t: Home, service: string) {
  t.home.addService('cover', service, { description: { fields: {} }, check: (data) => data, run: () => undefined });
}

describe('CoverBySun', () => {
  it('follows the sun through a day', async () => {
    await using t = await start();
    await t.advance('1m');
    expect(positionOf(t)).toBe(0);
    await t.advanceTo('07:02');
    expect(positionOf(t)).toBe(100);
    await t.advanceTo('11:00');
    expect(positionOf(t)).toBe(100);
    await t.advanceTo('12:30');
    expect(positionOf(t)).toBe(30);
    await t.advanceTo('18:00');
    expect(positionOf(t)).toBe(100);
    await t.advanceTo('22:35');
    expect(positionOf(t)).toBe(0);
    expect(sent(t)).toBe(5);
    expect(t.failures).toEqual([]);
  });

  it.each([
    ['at night', '2026-06-10T03:00', 0],
    ['in the morning', '2026-06-10T08:00', 100],
    ['while the sun shines in', '2026-06-10T13:30', 30],
    ['on a winter noon, with the sun too low', '2026-12-21T12:30', 100],
    ['in the evening', '2026-06-10T23:30', 0],
  ])('finds its way when it is started %s', async (_, now, position) => {
    await using t = await start({ now: `${now}[Europe/Amsterdam]` });
    await t.advance('30s');
    expect(positionOf(t)).toBe(position);
  });

  it('is started in the middle again after a restart, and moves nothing that is right', async () => {
    await using t = await start({ now: '2026-06-10T12:00[Europe/Amsterdam]' });
    await t.restart({ down: '6h' });
    await t.advance('1m');
    expect(positionOf(t)).toBe(100);
    t.home.restart();
    const calls = sent(t);
    await t.advance('1h');
    expect(sent(t)).toBe(calls);
  });

  it.each([
    ['does not set', '2026-06-10T06:00', [0, 100, 30, 0]],
    ['does not rise', '2026-12-10T06:00', [0, 100, 0, 0]],
  ])('goes by the clamps where the sun %s', async (_, now, positions) => {
    await using t = await start({
      now: `${now}[Europe/Oslo]`,
      place: { latitude: 69.65, longitude: 18.96 },
    });
    const seen: unknown[] = [];
    for (const time of ['06:30', '09:05', '16:05', '22:35']) {
      await t.advanceTo(time);
      seen.push(positionOf(t));
    }
    expect(seen).toEqual(positions);
  });

  it.each([
    ['spring', '2026-03-29T01:50', '07:25'],
    ['autumn', '2026-10-25T01:50', '08:30'],
  ])('opens at the right time on the day in %s on which the clocks change', async (_, now, open) => {
    await using t = await start({ now: `${now}[Europe/Amsterdam]` });
    await t.advanceTo('07:10');
    expect(positionOf(t)).toBe(0);
    await t.advanceTo(open);
    expect(positionOf(t)).toBe(100);
  });

  it('leaves alone until tomorrow what somebody has moved', async () => {
    await using t = await start({ now: '2026-06-10T10:00[Europe/Amsterdam]' });
    await t.advance('10m');
    await crank(t, 60);
    await t.advanceTo('13:00');
    expect(positionOf(t)).toBe(60);
    await t.advanceTo('23:30');
    expect(positionOf(t)).toBe(60);
    await t.advanceTo('04:06');
    expect(positionOf(t)).toBe(0);
    await t.advanceTo('07:02');
    expect(positionOf(t)).toBe(100);
  });

  it('does so after a restart too', async () => {
    await using t = await start({ now: '2026-06-10T10:00[Europe/Amsterdam]' });
    await t.advance('10m');
    await crank(t, 60);
    await t.restart({ down: '3h' });
    await t.advance('1h');
    expect(positionOf(t)).toBe(60);
  });

  it('does not take for a hand what a slow cover reports on its way', async () => {
    await using t = await start({ now: '2026-06-10T10:00[Europe/Amsterdam]' });
    await t.advance('1m');
    dead(t, 'set_cover_position');
    await t.advanceTo('11:10:12');
    expect(t.calls('cover.set_cover_position')).toHaveLength(1);
    await t.set(cover, 'closing', { current_position: 100 });
    for (const position of [80, 60, 40]) {
      await t.advance('15s');
      await t.set(cover, 'closing', { current_position: position });
    }
    await t.set(cover, 'open', { current_position: 30 });
    await t.advanceTo('18:00');
    expect(positionOf(t)).toBe(100);
  });

  it('takes a cover that is stopped on its way for a hand', async () => {
    await using t = await start({ now: '2026-06-10T21:55[Europe/Amsterdam]' });
    await t.advanceTo('22:30:03');
    expect(t.state(cover)).toBe('closing');
    const user = t.home.users.add('Ada', { isAdmin: false });
    const data = { entity_id: [cover] };
    await t.home.services.call({
      domain: 'cover',
      service: 'stop_cover',
      data,
      user,
      context: t.home.newContext(user),
    });
    await t.settle();
    const stopped = positionOf(t);
    await t.advance('1h');
    expect(positionOf(t)).toBe(stopped);
    expect(stopped).toBeGreaterThan(0);
  });

  it('sends a cover that has not got there once more, and then gives up', async () => {
    await using t = await start({ now: '2026-06-10T21:55[Europe/Amsterdam]' });
    await t.advance('1m');
    dead(t, 'close_cover');
    await t.advance('2h');
    expect(t.calls('cover.close_cover')).toHaveLength(2);
    expect(t.logs.filter(({ msg }) => msg.includes('once more'))).toHaveLength(1);
  });

  it('opens in a storm before all else, and until the wind has been down for a while', async () => {
    await using t = await start({
      config: { ...structuredClone(config), storm: { wind, above: 50 } } as never,
      home: { [wind]: '10' },
      now: '2026-06-10T21:00[Europe/Amsterdam]',
    });
    await t.advance('1m');
    await crank(t, 20);
    await t.set(wind, 60);
    await t.advance('10s');
    expect(positionOf(t)).toBe(100);
    await t.advanceTo('22:40');
    expect(positionOf(t)).toBe(100);

    await t.set(wind, 45);
    await t.advance('1h');
    expect(positionOf(t)).toBe(100);
    await t.set(wind, 30);
    await t.advance('10m');
    await t.set(wind, 55);
    await t.set(wind, 30);
    await t.advance('10m');
    expect(positionOf(t)).toBe(100);
    await t.advance('5m 10s');
    expect(positionOf(t)).toBe(0);
  });

  it('is in the storm still where its sensor falls silent, or the daemon is restarted', async () => {
    await using t = await start({
      config: { ...structuredClone(config), storm: { wind, above: 50 } } as never,
      home: { [wind]: '10' },
      now: '2026-06-10T21:00[Europe/Amsterdam]',
    });
    await t.set(wind, 60);
    await t.set(wind, 'unavailable');
    await t.advanceTo('22:40');
    expect(positionOf(t)).toBe(100);
    await t.restart({ down: '1h' });
    await t.advance('1m');
    expect(positionOf(t)).toBe(100);
  });

  it('shades only while it is bright, and not for each cloud', async () => {
    await using t = await start({
      config: { ...structuredClone(config), bright: { sensor: lux, aboveLux: 20_000 } } as never,
      home: { [lux]: '5000' },
      now: '2026-06-10T12:30[Europe/Amsterdam]',
    });
    await t.advance('10m');
    expect(positionOf(t)).toBe(100);
    await t.set(lux, 40_000);
    await t.advance('15m');
    expect(positionOf(t)).toBe(30);
    for (const brightness of [4000, 30_000, 17_000, 4000, 50_000]) {
      await t.set(lux, brightness);
      await t.advance('4m');
    }
    expect(positionOf(t)).toBe(30);
    await t.set(lux, 4000);
    await t.advance('15m');
    expect(positionOf(t)).toBe(100);
  });

  it('sets a cover that was unavailable when it is back, and the others at their time', async () => {
    await using t = await start({
      config: { ...structuredClone(config), covers: [cover, other] } as never,
      home: { [other]: blind },
      now: '2026-06-10T21:55[Europe/Amsterdam]',
    });
    await t.advance('1m');
    await t.set(cover, 'unavailable');
    await t.advanceTo('22:40');
    expect(positionOf(t, other)).toBe(0);
    await t.set(cover, 'open', { current_position: 100 });
    await t.advance('10s');
    expect(positionOf(t)).toBe(0);
    expect(t.failures).toEqual([]);
  });
});

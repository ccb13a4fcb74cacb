import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { PresenceSimulation } from './presence-simulation.ts';

const mode = 'input_select.house_mode';
const light = 'light.living_room';
const second = 'light.kitchen';

/** A Wednesday in February: the sun sets at 17:20. */
const EVENING = '2026-02-04T18:00[Europe/Amsterdam]';

function start(
  config: Partial<{ jitterMinutes: number; seed: number; dryRun: boolean; daysAgo: number }> = {},
  { now = EVENING, states = {} }: { readonly now?: string; readonly states?: Readonly<Record<string, string>> } = {},
) {
  return runApp(PresenceSimulation, {
    source: import.meta.resolve('./presence-simulation.ts'),
    config: { mode, lights: [light, second], jitterMinutes: 0, goneFor: '10m', ...config },
    home: {
      [mode]: { state: 'home', attributes: { options: ['home', 'away', 'night'] } },
      [light]: 'off',
      [second]: 'off',
      ...states,
    },
    now,
  });
}

type Home = Awaited<ReturnType<typeof start>>;

/** An evening on which the living room was lit from 19:00 until 22:00. The daemon sleeps through the week after it. */
async function aWeekLater(t: Home, time = '18:30') {
  await t.advanceTo('19:00');
  await t.set(light, 'on');
  await t.advanceTo('22:00');
  await t.set(light, 'off');
  await t.stop();
  await t.advanceTo(`${t.now.toPlainDate().add({ days: 7 }).toString()}T${time}`);
  await t.start();
}

async function leave(t: Home) {
  await t.set(mode, 'away');
  await t.advance('10m');
}

const turned = (t: Home) =>
  t.calls().flatMap(({ service, target, atMs }) => {
    if (!service.startsWith('turn_')) return [];
    const at = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(t.now.timeZoneId).toPlainTime();
    return [`${at.toString({ smallestUnit: 'minute' })} ${service} ${String(target?.['entity_id'])}`];
  });

describe('PresenceSimulation', () => {
  it('lives the evening of last week again', async () => {
    await using t = await start();
    await aWeekLater(t);
    await leave(t);
    await t.advanceTo('23:00');
    expect(turned(t)).toEqual([`19:01 turn_on ${light}`, `22:01 turn_off ${light}`]);
    expect(t.failures).toEqual([]);
  });

  it('does nothing while somebody is in, or has just gone out for the bins', async () => {
    await using t = await start();
    await aWeekLater(t, '19:30');
    await t.set(mode, 'away');
    await t.advance('9m');
    await t.set(mode, 'home');
    await t.advance('1h');
    expect(turned(t)).toEqual([]);
  });

  it('is late by as much as the seed says, another day by something else', async () => {
    const lateness = async (seed: number) => {
      await using t = await start({ seed, jitterMinutes: 30 });
      await aWeekLater(t);
      await leave(t);
      await t.advanceTo('23:00');
      return turned(t);
    };
    const [first, again, other] = [await lateness(1), await lateness(1), await lateness(5)];
    expect(first).toHaveLength(2);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first[0]).toMatch(/^19:[0-2]\d turn_on/);
  });

  it('lights nothing by day, and ends at sunrise what it has lit', async () => {
    await using t = await start();
    await t.set(light, 'on');
    await t.advance('20h');
    await t.set(light, 'off');
    await t.stop();
    await t.advanceTo('2026-02-11T18:30');
    await t.start();
    await leave(t);
    await t.advance('1m');
    expect(t.state(light)).toBe('on');
    await t.advanceTo('09:00');
    expect(t.state(light)).toBe('off');
  });

  it('goes on after a restart of the daemon, and ends what is over by then', async () => {
    await using t = await start();
    await aWeekLater(t);
    await leave(t);
    await t.advanceTo('20:00');
    expect(t.state(light)).toBe('on');
    await t.restart({ down: '3h' });
    await t.advance('1m');
    expect(t.state(light)).toBe('off');
  });

  it('goes on after a restart of Home Assistant', async () => {
    await using t = await start();
    await aWeekLater(t);
    await leave(t);
    await t.advanceTo('20:00');
    t.home.restart();
    await t.advanceTo('22:05');
    expect(t.state(light)).toBe('off');
    expect(t.failures).toEqual([]);
  });

  it('leaves a light alone that somebody has left on', async () => {
    await using t = await start();
    await aWeekLater(t);
    await t.set(light, 'on');
    await leave(t);
    await t.advanceTo('23:00');
    expect(t.state(light)).toBe('on');
    expect(turned(t)).toEqual([]);
  });

  it('leaves a light off that somebody turns off from afar', async () => {
    await using t = await start();
    await aWeekLater(t);
    await leave(t);
    await t.advanceTo('20:00');
    await t.set(light, 'off');
    await t.advanceTo('23:00');
    expect(turned(t)).toEqual([`19:01 turn_on ${light}`]);
  });

  it('leaves all as it was when somebody comes home', async () => {
    await using t = await start();
    await aWeekLater(t);
    await t.set(second, 'on');
    await leave(t);
    await t.advanceTo('20:00');
    await t.set(mode, 'home');
    expect(t.state(light)).toBe('off');
    expect(t.state(second)).toBe('on');
    expect(await t.stored()).toEqual({ lit: [] });
  });

  it('does so too where they came home while the daemon was off', async () => {
    await using t = await start();
    await aWeekLater(t);
    await leave(t);
    await t.advanceTo('20:00');
    await t.stop();
    await t.set(mode, 'home');
    await t.advance('5m');
    await t.start();
    expect(t.state(light)).toBe('off');
  });

  it('leaves a light as it is over a gap in the history', async () => {
    await using t = await start();
    await t.set(light, 'on');
    await t.advanceTo('20:00');
    await t.set(light, 'unavailable');
    await t.advanceTo('21:00');
    await t.set(light, 'off');
    await t.stop();
    await t.advanceTo('2026-02-11T18:30');
    await t.start();
    await leave(t);
    await t.advanceTo('20:30');
    expect(t.state(light)).toBe('on');
    await t.advanceTo('21:02');
    expect(t.state(light)).toBe('off');
  });

  it('tells of a light that has no history, and goes on with the others', async () => {
    await using t = await start();
    await aWeekLater(t);
    await t.remove(second);
    await t.stop();
    await t.set('light.new', 'off');
    await t.start();
    const exclude = t.home.add({
      name: 'the recorder leaves the kitchen out',
      command: (command, connection, pass) =>
        pass(command.type === 'history/history_during_period' ? { ...command, entity_ids: [light] } : command),
    });
    await leave(t);
    await t.advanceTo('19:05');
    exclude();
    expect(t.logs.some(({ msg }) => msg.includes(`no history of ${second}`))).toBe(true);
    expect(t.state(light)).toBe('on');
  });

  it.each([
    ['spring', '2026-03-25T18:00[Europe/Amsterdam]', '2026-04-01T18:30'],
    ['autumn', '2026-10-21T18:00[Europe/Amsterdam]', '2026-10-28T18:30'],
  ])('goes by the clock on the wall over the change of the clocks in %s', async (_, now, later) => {
    await using t = await start({}, { now });
    await t.advanceTo('21:00');
    await t.set(light, 'on');
    await t.advanceTo('22:00');
    await t.set(light, 'off');
    await t.stop();
    await t.advanceTo(later);
    await t.start();
    await leave(t);
    await t.advanceTo('23:00');
    expect(turned(t)).toEqual([`21:01 turn_on ${light}`, `22:01 turn_off ${light}`]);
  });

  it('lives what it has lived again on a holiday of a month', async () => {
    await using t = await start();
    await aWeekLater(t);
    for (const week of [1, 2, 3, 4]) {
      if (week === 1) await leave(t);
      await t.advanceTo('19:30');
      expect(t.state(light), `week ${week}`).toBe('on');
      await t.advanceTo('22:30');
      expect(t.state(light), `week ${week}`).toBe('off');
      await t.restart({ down: '6d20h' });
    }
    expect(t.now.toString()).toContain('2026-03-11');
  });

  it('only tells what it would do on a dry run', async () => {
    await using t = await start({ dryRun: true });
    await aWeekLater(t);
    await leave(t);
    await t.advanceTo('23:00');
    expect(turned(t)).toEqual([]);
    expect(t.logs.map(({ msg }) => msg).filter((msg) => msg.startsWith('would'))).toEqual([
      `would turn ${light} on`,
      `would turn ${light} off`,
    ]);
  });
});

import { App, type JobRun } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { appSchema } from '../../src/apps/app.ts';
import { APP_TRANSITIONS } from '../../src/apps/app-status.ts';
import { HANDLER_OPTIONS } from '../../src/bus/handler-options.ts';
import { STATE_MEANINGS } from '../../src/home-assistant/domains/domain-states.ts';
import { CALENDAR, RUN_EVERY, RUN_SUN } from '../../src/scheduler/job-options.ts';
import { z } from 'zod';
import { AdaptiveLighting } from '../../apps/adaptive-lighting.ts';
import { ApplianceFinished } from '../../apps/appliance-finished.ts';
import { ClimateSchedule } from '../../apps/climate-schedule.ts';
import { CoverBySun } from '../../apps/cover-by-sun.ts';
import { GarageOpen } from '../../apps/garage-open.ts';
import { LowBatteryDigest } from '../../apps/low-battery-digest.ts';
import { MotionLight } from '../../apps/motion-light.ts';
import { PresenceSimulation } from '../../apps/presence-simulation.ts';
import { Presence } from '../../apps/presence.ts';
import { SecurityAlarm } from '../../apps/security-alarm.ts';
import { page, rowsBelow } from './pages.ts';

/** The words in backticks of the first column of a table. */
function named(file: string, heading: string): readonly string[] {
  return rowsBelow(page(file).text, heading).flatMap(([cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  );
}

describe('the reference', () => {
  it('names every option of subscriptions', () => {
    expect(named('docs/reference/bus.md', 'Options of all subscriptions').toSorted()).toEqual(
      [...HANDLER_OPTIONS].toSorted(),
    );
  });

  it('names every option of jobs', () => {
    const all = new Set([RUN_EVERY, RUN_SUN, CALENDAR].flatMap(({ options }) => options));
    const inTable = rowsBelow(page('docs/reference/scheduler.md').text, 'Options').map(([cell = '']) => cell);
    expect(inTable.toSorted()).toEqual(Array.from(all, (option) => `\`${option}\``).toSorted());
  });

  it('says of every domain what its states stand for, where that is no text', () => {
    const rows = rowsBelow(page('docs/reference/domains.md').text, 'What a state stands for');
    const told = rows
      .filter(([value = '']) => /^(a|by) /.test(value))
      .flatMap(([, domains = '']) => [...domains.matchAll(/`([^`]+)`/g)].map(([, domain = '']) => domain));
    const known = Object.entries(STATE_MEANINGS).filter(([, meaning]) => meaning !== 'text');
    expect(told.toSorted()).toEqual(known.map(([domain]) => domain).toSorted());
  });

  it('names every status of an app', () => {
    expect(named('docs/reference/status-and-health.md', 'Apps')).toEqual(Object.keys(APP_TRANSITIONS));
  });
});

class Probe extends App {}

type Handler = (run: JobRun) => void;

/** Makes a job by a call as the table has it: `runDaily('02:30')`. */
function makeJob(scheduler: App['scheduler'], call: string, handler: Handler): void {
  const withHandler = `scheduler.${call.replace(/\)$/, ', handler)')}`;
  // oxlint-disable-next-line no-implied-eval -- The text is this project's own, and it is the very thing to be tried.
  new Function('scheduler', 'handler', withHandler)(scheduler, handler);
}

describe('the table of what happens when the clocks change', () => {
  const rows = rowsBelow(page('docs/reference/scheduler.md').text, 'When the clocks change');

  it.each([
    ['spring', 1, '2026-03-28T23:59:30[Europe/Berlin]', '2026-03-29T03:59:30'],
    ['autumn', 2, '2026-10-24T23:59:30[Europe/Berlin]', '2026-10-25T03:59:30'],
  ])('is right in %s', async (_season, column, now, until) => {
    await using t = await runApp(Probe, { now });
    const ran = rows.map(([call = '']) => {
      const times: string[] = [];
      makeJob(t.app.scheduler, call.replaceAll('`', ''), ({ scheduledFor }) =>
        times.push(scheduledFor.toString({ smallestUnit: 'minute', timeZoneName: 'never' }).slice(11)),
      );
      return times;
    });
    await t.advanceTo(until);
    expect(rows.length).toBeGreaterThan(5);
    expect(ran.map((times) => times.join(', ') || 'not at all')).toEqual(rows.map((cells) => cells[column]));
  });
});

describe('the recipes', () => {
  it.each([
    ['motion-light', MotionLight],
    ['presence', Presence],
    ['climate-schedule', ClimateSchedule],
    ['appliance-finished', ApplianceFinished],
    ['low-battery-digest', LowBatteryDigest],
    ['cover-by-sun', CoverBySun],
    ['garage-open', GarageOpen],
    ['adaptive-lighting', AdaptiveLighting],
    ['security-alarm', SecurityAlarm],
    ['presence-simulation', PresenceSimulation],
  ])('name every setting of %s, with its default', (name, sample) => {
    const { properties = {} } = z.toJSONSchema(sample[appSchema], { io: 'input', unrepresentable: 'any' });
    const { text } = page(`docs/recipes/${name}.md`);
    const title = /^# (.*)$/m.exec(text)?.[1] ?? '';
    const rows = rowsBelow(text, title);
    expect(rows.map(([cell]) => cell)).toEqual(Object.keys(properties).map((key) => `\`${key}\``));
    for (const [index, setting] of Object.values(properties).entries()) {
      const byDefault = typeof setting === 'object' ? setting.default : undefined;
      if (typeof byDefault === 'string') expect(rows[index]?.[1]).toBe(`\`${byDefault}\``);
      if (typeof byDefault === 'number') expect(rows[index]?.[1]).toBe(String(byDefault));
    }
  });
});

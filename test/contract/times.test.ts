import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppSun } from '../../src/apps/app-sun.ts';
import { JoinedTimes } from '../../src/apps/joined-times.ts';
import { Cancelled } from '../../src/kernel/errors.ts';
import { Executor } from '../../src/kernel/executor.ts';
import { Life } from '../../src/kernel/life.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { Resource, type ResourceContext } from '../../src/kernel/resource.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { AppScheduler } from '../../src/scheduler/app-scheduler.ts';
import { SchedulerService } from '../../src/scheduler/scheduler-service.ts';
import type { SunEvent } from '../../src/scheduler/sun-times.ts';
import { type OpenApi, openApi, openApiHome } from './api-client.ts';
import { type ContractHome, onRealHome } from './homes.ts';

class Host extends Resource {
  constructor(context: ResourceContext) {
    super('host', context);
  }
}

/** An app's scheduler on a home of the suite. */
async function openScheduler({ home }: OpenApi) {
  const clock = new SystemClock();
  const logging = new Logging({ clock, level: 'warn', format: 'silent' });
  const logger = logging.logger('app.contract');
  const host = new Host({ clock, logging });
  const service = new SchedulerService(host, { executor: new Executor({ clock, logger }) });
  await host.start();
  const life = new Life('contract');
  const scheduler = new AppScheduler({
    service,
    life,
    self: undefined,
    timeZone: () => home.timeZone,
    home: new JoinedTimes({ home, clock, logger, signal: life.signal }),
  });
  const sun = new AppSun({ clock, timeZone: () => home.timeZone, place: () => home.position });
  return {
    scheduler,
    service,
    sun,
    async [Symbol.asyncDispose]() {
      life.stop(new Cancelled('the test is over'));
      await host.stop();
    },
  };
}

const CALENDAR = 'calendar.contract_times';

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

describe('the sun', () => {
  // The simulated home has no hours of the sun but those that are reckoned by the same file.
  it.runIf(onRealHome).each<[SunEvent, string]>([
    ['sunrise', 'next_rising'],
    ['sunset', 'next_setting'],
    ['noon', 'next_noon'],
    ['midnight', 'next_midnight'],
    ['dawn', 'next_dawn'],
    ['dusk', 'next_dusk'],
  ])('agrees with sun.sun about the next %s', async (event, attribute) => {
    await using s = await openScheduler(t);
    const theirs = Temporal.Instant.from(String(t.home.mirror.get('sun.sun')?.attributes[attribute]));
    const ours = s.sun.next(event);
    expect(Math.abs(Number(ours?.epochMilliseconds) - theirs.epochMilliseconds)).toBeLessThan(60_000);
  });

  it.runIf(onRealHome)('follows the home to another place, high above the sea', async () => {
    await using s = await openScheduler(t);
    const before = t.home.position;
    const job = s.scheduler.runSun('sunset', () => undefined);
    const ends = t.home.configured.subscribe('*', () => s.service.refreshHomes());
    const theirs = (): number =>
      Temporal.Instant.from(String(t.home.mirror.get('sun.sun')?.attributes['next_setting'])).epochMilliseconds;
    const apart = (): number => Math.abs(Number(job.nextRun?.epochMilliseconds) - theirs());
    const first = job.nextRun;
    try {
      await t.api.websocket({ type: 'config/core/update', latitude: 47.2692, longitude: 11.4041, elevation: 2256 });
      await expect.poll(() => job.nextRun?.equals(first ?? '')).toBe(false);
      // Its refraction is less for who looks below the level: 0.19° in place of 0.57°.
      await expect.poll(apart).toBeLessThan(180_000);
    } finally {
      ends();
      const { latitude, longitude, elevationM: elevation } = before ?? {};
      await t.api.websocket({ type: 'config/core/update', latitude, longitude, elevation });
    }
  });
});

describe('runAtEntityTime', () => {
  it.runIf(onRealHome)('runs at what Home Assistant has as a time, and follows it', async () => {
    await using s = await openScheduler(t);
    const job = s.scheduler.runAtEntityTime({ entityId: 'sun.sun', attribute: 'next_setting' }, () => undefined);
    expect(job.nextRun?.epochMilliseconds).toBe(
      Temporal.Instant.from(String(t.home.mirror.get('sun.sun')?.attributes['next_setting'])).epochMilliseconds,
    );
    const helper = await t.api.helpers.create('input_datetime', {
      name: 'Contract wake',
      has_time: true,
      has_date: true,
    });
    try {
      const entity = 'input_datetime.contract_wake';
      await expect.poll(() => t.home.mirror.has(entity)).toBe(true);
      const wake = s.scheduler.runAtEntityTime(entity, { offset: '-10m' }, () => undefined);
      for (const time of ['2030-03-02 07:30:00', '2031-06-01 22:00:00']) {
        await t.api.call('input_datetime.set_datetime', { target: entity, data: { datetime: time } });
        const expected = Temporal.PlainDateTime.from(time).toZonedDateTime(t.home.timeZone).subtract({ minutes: 10 });
        await expect.poll(() => wake.nextRun?.toString()).toBe(expected.toString());
      }
    } finally {
      if (helper !== undefined) await t.api.helpers.delete('input_datetime', helper.id);
    }
  });
});

describe('runAtCalendar', () => {
  it('knows what comes', async () => {
    await using s = await openScheduler(t);
    const job = s.scheduler.runAtCalendar('calendar.calendar_1', { match: 'future' }, () => undefined);
    await expect.poll(() => job.status).toBe('scheduled');
    const events = await t.api.calendars.events('calendar.calendar_1', { to: '7d' });
    const next = events.find(({ summary }) => summary.toLowerCase().includes('future'));
    const start = Temporal.Instant.from(String(next?.start));
    expect(job.nextRun?.epochMilliseconds).toBe(start.epochMilliseconds);
  });

  it.runIf(onRealHome)(
    'follows what is put in, moved and taken out, at once',
    async () => {
      const flow = (await t.api.rest('/api/config/config_entries/flow', {
        method: 'POST',
        body: { handler: 'local_calendar' },
      })) as { readonly flow_id: string };
      await t.api.rest(`/api/config/config_entries/flow/${flow.flow_id}`, {
        method: 'POST',
        body: { calendar_name: 'Contract times', import: 'create_empty' },
      });
      await expect.poll(() => t.home.mirror.has(CALENDAR)).toBe(true);
      await using s = await openScheduler(t);
      const seen: string[] = [];
      const job = s.scheduler.runAtCalendar(CALENDAR, (run) => void seen.push(run.args[0]?.summary ?? ''));
      try {
        const start = Temporal.Now.instant().toZonedDateTimeISO(t.home.timeZone).round('second').add({ hours: 5 });
        const event = { summary: 'Dentist', start, end: start.add({ hours: 1 }) };
        await t.api.calendars.create(CALENDAR, event);
        await expect.poll(() => job.nextRun?.toString()).toBe(start.toString());
        const [{ uid = '' } = {}] = await t.api.calendars.events(CALENDAR, { to: '1d' });
        const soon = Temporal.Now.instant().toZonedDateTimeISO(t.home.timeZone).round('second').add({ seconds: 4 });
        await t.api.calendars.update(CALENDAR, { uid }, { ...event, start: soon });
        await expect.poll(() => job.nextRun?.toString()).toBe(soon.toString());
        await expect.poll(() => seen).toEqual(['Dentist']);
        expect(job.status).toBe('waiting');
      } finally {
        const [entry] = await t.api.configEntries.list({ domain: 'local_calendar' });
        await t.api.rest(`/api/config/config_entries/entry/${entry?.id}`, { method: 'DELETE' });
      }
    },
    30_000,
  );
});

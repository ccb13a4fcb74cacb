import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';

class Times extends App {
  readonly ran: string[] = [];

  override onInitialize(): void {
    this.scheduler.runSun('sunset', { name: 'set' }, () => this.#note('sunset'));
    this.scheduler.runAtEntityTime('input_datetime.wake', { offset: '-10m' }, () => this.#note('wake'));
    this.scheduler.runAtEntityTime({ entityId: 'sensor.phone', attribute: 'next' }, () => this.#note('phone'));
    this.scheduler.runAtCalendar('calendar.waste', { offset: '-6h', match: 'paper' }, ({ args }) =>
      this.#note(args.map(({ summary }) => summary).join('+')),
    );
  }

  #note(what: string): void {
    this.ran.push(`${this.clock.now().toPlainDateTime().toString({ smallestUnit: 'minute' }).slice(8)} ${what}`);
  }
}

const HOME = {
  'input_datetime.wake': { state: '07:30:00', attributes: { has_time: true, has_date: false } },
  'sensor.phone': { state: 'on', attributes: { next: '2026-03-03 09:15:00' } },
  'calendar.waste': 'off',
} as const;
const NOON = '2026-03-02T12:00[Europe/Amsterdam]';

describe('jobs by what the home says', () => {
  it('run at its sun, at the times of its entities, and by its calendars', async () => {
    await using t = await runApp(Times, { home: HOME, now: NOON });
    t.home.household.calendars.load('calendar.waste', {
      events: [
        { start: '2026-03-04', end: '2026-03-05', summary: 'Paper' },
        { start: '2026-03-03', end: '2026-03-04', summary: 'Glass' },
      ],
    });
    await t.advance('30h');
    expect(t.app.ran).toEqual(['02T18:21 sunset', '03T07:20 wake', '03T09:15 phone', '03T18:00 Paper']);
  });

  it('follow an entity, and wait while it has no time', async () => {
    await using t = await runApp(Times, { home: HOME, now: NOON });
    await t.set('input_datetime.wake', 'unknown');
    expect(t.app.scheduler.list()[1]?.status).toBe('waiting');
    await t.advance('20h');
    await t.set('input_datetime.wake', '09:00:00');
    await t.set('sensor.phone', 'on', { next: '2026-03-03T09:00:00+00:00' });
    await t.advance('3h');
    expect(t.app.ran).toEqual(['02T18:21 sunset', '03T08:50 wake', '03T10:00 phone']);
  });

  it('go by what is known while the home is away, and look anew when it is back', async () => {
    await using t = await runApp(Times, { home: HOME, now: NOON });
    t.home.stop();
    await t.advance('20h');
    expect(t.app.ran).toEqual(['02T18:21 sunset', '03T07:20 wake']);
    t.home.household.calendars.load('calendar.waste', {
      events: [{ start: '2026-03-03T15:00:00+01:00', end: '2026-03-03T16:00:00+01:00', summary: 'Paper' }],
    });
    t.home.start();
    await t.advance('1h30m');
    expect(t.app.ran.at(-1)).toBe('03T09:15 phone');
  });

  it('say of a calendar that does not answer that they go by what was known', async () => {
    await using t = await runApp(Times, { home: { ...HOME, 'calendar.other': 'off' }, now: NOON });
    t.home.states.remove('calendar.waste');
    await t.advance('1h');
    expect(t.logs.some(({ msg }) => msg.includes('calendar.waste cannot be looked into'))).toBe(true);
  });
});

describe('this.sun', () => {
  class Sun extends App {}

  it('knows whether it is up, where it stands, and when it rises and sets', async () => {
    await using t = await runApp(Sun, { now: NOON });
    const { sun } = t.app;
    expect(sun.isUp()).toBe(true);
    expect(sun.rising).toBe(true);
    expect(sun.elevation).toBeCloseTo(29.6, 0);
    expect(sun.azimuth).toBeCloseTo(168, -1);
    expect(sun.next('sunset')?.toString({ smallestUnit: 'minute' })).toBe('2026-03-02T18:21+01:00[Europe/Amsterdam]');
    expect(sun.next({ elevation: -4, going: 'down' })?.hour).toBe(18);
    await t.advance('7h');
    expect(sun.isUp()).toBe(false);
    expect(sun.rising).toBe(false);
    expect(sun.next('sunset')?.toPlainDate().toString()).toBe('2026-03-03');
  });

  it('tells the hours of any day', async () => {
    await using t = await runApp(Sun, { now: NOON });
    const { sunrise, noon, sunset, 'astronomical-dusk': dark } = t.app.sun.times(Temporal.PlainDate.from('2026-06-21'));
    expect([sunrise, noon, sunset].map((time) => time?.toPlainTime().toString({ smallestUnit: 'minute' }))).toEqual([
      '05:17',
      '13:42',
      '22:06',
    ]);
    expect(dark).toBeUndefined();
    expect(() => t.app.sun.times('tomorrow' as never)).toThrow('which is no day');
  });
});

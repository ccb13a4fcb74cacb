import {
  App,
  type CalendarEntry,
  entityId,
  type JobRun,
  run,
  runAtCalendar,
  runAtEntityTime,
  runCron,
  runSun,
  z,
} from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';

const Config = z.object({ alarm: entityId('sensor'), at: z.string().default('every weekday at 7:30') });

class Mornings extends App.with(Config) {
  @runSun('sunset', { offset: '-20m', clamp: ['16:30', '22:00'] })
  dusk({ job }: JobRun) {
    return job.name;
  }

  @runSun({ elevation: 20, going: 'up' })
  high() {}

  @runAtEntityTime((app: Mornings) => app.config.alarm, { offset: '-10m' })
  wake() {}

  @runAtCalendar('calendar.waste', { match: 'paper' })
  waste({ args }: JobRun<readonly CalendarEntry[]>) {
    return args.length;
  }

  @run((app: Mornings) => app.config.at)
  plain() {}

  @runCron('0 * * * *', { between: ['07:00', '22:00'] })
  hourly() {}
}

describe('decorators of jobs by what the home says', () => {
  it('register the jobs of an app', async () => {
    await using t = await runApp(Mornings, {
      config: { alarm: 'sensor.alarm', at: 'weekends at 9' },
      home: { 'sensor.alarm': 'unknown', 'calendar.waste': 'off' },
    });
    expect(t.app.scheduler.list().map(({ name, trigger }) => `${name}: ${trigger}`)).toEqual([
      'dusk: 20m before sunset, no earlier than 16:30 and no later than 22:00',
      'high: at the sun at 20° rising',
      'wake: 10m before the time of sensor.alarm',
      'waste: at the start of "paper" in calendar.waste',
      'plain: on weekends at 09:00',
      'hourly: cron 0 * * * *, between 07:00 and 22:00',
    ]);
  });
});

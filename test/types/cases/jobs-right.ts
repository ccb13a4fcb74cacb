import { App, type JobRun } from 'hassette';

interface Flash {
  readonly times: number;
}

export class Right extends App {
  override onInitialize(): void {
    this.scheduler.runIn('10m', (run) => this.at(run.scheduledFor));
    this.scheduler.runEvery({ minutes: 15 }, { align: true, where: (run) => !run.signal.aborted }, (run) =>
      this.at(run.scheduledFor),
    );
    this.scheduler.runDaily(Temporal.PlainTime.from('07:30'), { dst: { gap: 'skip' } }, this.blink);
    this.scheduler.runCron('0 7 * * 1-5', { timeZone: 'Europe/Berlin', jitter: '5m' }, this.blink);

    this.scheduler.runCron('*/5 * * * *', { between: ['07:00', Temporal.PlainTime.from('22:00')] }, this.blink);
    this.scheduler.runEvery('1h', { align: true, dst: { overlap: 'first' }, misfire: 'run-all', mode: 'queued' }, this.blink);
    this.scheduler.runSun('sunset', { offset: '-20m', clamp: ['16:30', '22:00'] }, (run) => this.at(run.scheduledFor));
    this.scheduler.runSun({ elevation: -4, going: 'down' }, this.blink);
    this.scheduler.runSun({ azimuth: 180 }, { group: 'covers' }, this.blink);
    this.scheduler.runAtEntityTime('sensor.phone_next_alarm', { offset: '-10m' }, this.blink);
    this.scheduler.runAtEntityTime({ entityId: 'sun.sun', attribute: 'next_noon' }, this.blink);
    this.scheduler.runAtCalendar('calendar.waste', { match: /paper/i }, (run) => run.args.map((entry) => entry.summary));
    this.scheduler.runAtCalendar('calendar.waste', { where: (run) => run.args.length > 0 }, this.blink);
    this.scheduler.run('every weekday at 7:30', { group: 'mornings' }, (run) => this.at(run.scheduledFor));
    this.scheduler.schedule({ next: (after) => after.add({ days: 1 }), describe: () => 'daily' }, this.blink);
    this.at(this.scheduler.register('later', this.blink).submit(undefined, { in: '10m' }).scheduledFor);
    if (!this.sun.isUp()) this.sun.next('sunrise')?.toPlainTime();
    this.sun.times().sunset?.toPlainTime();

    this.scheduler.register('plain', (run) => this.at(run.scheduledFor)).submit();
    this.scheduler.register('plain with options', { mode: 'queued' }, (run) => this.at(run.scheduledFor)).submit();
    this.scheduler.register('at the handler', (run: JobRun<Flash>) => run.args.times).submit({ times: 3 });
    this.scheduler
      .register('at the handler with options', { where: (run) => run.args.times > 0 }, (run: JobRun<Flash>) => run.args)
      .submit({ times: 3 });
    this.scheduler.register<Flash>('at the method', (run) => run.args.times).submit({ times: 3 });
    const off = this.scheduler.register('off', { onMissed: { within: '10m' }, onInterrupted: 'skip' }, this.blink);
    void off.submit(undefined, { in: '10m', durable: true }).stored.then((isStored) => isStored === true);
    const kept = this.scheduler.register<Flash>('kept', (run) => run.args.times);
    kept.submit({ times: 3 }, { at: '18:30', durable: true }).cancel();
    const any = this.scheduler.register<unknown>('any', (run) => run.args);
    any.submit(3, { durable: true });
    const dated = this.scheduler.register<{ on: Temporal.PlainDate }>('dated', (run) => run.args.on.year);
    dated.submit({ on: Temporal.PlainDate.from('2026-12-24') }, { in: '10m', durable: false });
    this.scheduler.register<Flash>('both', { group: 'lights' }, (run) => run.args.times).submit({ times: 3 });
  }

  private at(_time: Temporal.ZonedDateTime): void {}

  private blink(): void {}
}

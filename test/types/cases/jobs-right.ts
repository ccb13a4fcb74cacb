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

    this.scheduler.register('plain', (run) => this.at(run.scheduledFor)).submit();
    this.scheduler.register('plain with options', { mode: 'queued' }, (run) => this.at(run.scheduledFor)).submit();
    this.scheduler.register('at the handler', (run: JobRun<Flash>) => run.args.times).submit({ times: 3 });
    this.scheduler
      .register('at the handler with options', { where: (run) => run.args.times > 0 }, (run: JobRun<Flash>) => run.args)
      .submit({ times: 3 });
    this.scheduler.register<Flash>('at the method', (run) => run.args.times).submit({ times: 3 });
    this.scheduler.register<Flash>('both', { group: 'lights' }, (run) => run.args.times).submit({ times: 3 });
  }

  private at(_time: Temporal.ZonedDateTime): void {}

  private blink(): void {}
}

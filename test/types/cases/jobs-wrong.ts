import { App, type JobRun } from 'hassette';

export class Wrong extends App {
  override onInitialize(): void {
    this.scheduler.runIn('10m', { grup: 'lights', name: 'off' }, this.done);
    //                            ^ Type 'string' is not assignable to type 'NoSuchKey<"grup", "grace" | "group">'.
    this.scheduler.runEvery('15m', { align: 'hour' }, this.done);
    //                               ^ Type 'string' is not assignable to type 'boolean | undefined'.
    this.scheduler.runDaily('07:30', { misfire: 'run-onec' }, this.done);
    //                                 ^ Type '"run-onec"' is not assignable to type 'Misfire | undefined'. Did you mean '"run-once"'?
    this.scheduler.runCron('0 7 * * 1-5', { name: 'no handler' });
    //             ^ Expected 3 arguments, but got 2.
    this.scheduler.runIn(10, this.done);
    //                   ^ Argument of type 'number' is not assignable to parameter of type 'DurationInput'.
    this.scheduler.register('flash', { group: 'lights', jitter: '5m' }, this.done);
    //                                                  ^ Object literal may only specify known properties, and 'jitter' does not exist in type 'JobHandler<undefined> | RegisteredJobOptions<undefined>'.
    this.scheduler.register('flash', { name: 'flash' }, this.done);
    //                                 ^ Object literal may only specify known properties, and 'name' does not exist in type 'JobHandler<undefined> | RegisteredJobOptions<undefined>'.
    this.scheduler.register('flash', { mode: 'queud' }, this.done);
    //                                 ^ Type '"queud"' is not assignable to type 'OverlapMode | undefined'. Did you mean '"queued"'?
    this.scheduler.register('flash', (run) => run.arg);
    //                                            ^ Property 'arg' does not exist on type 'JobRun<undefined>'. Did you mean 'args'?
    const flash = this.scheduler.register('flash', (run: JobRun<{ times: number }>) => run.args.times);
    flash.submit();
    //    ^ Expected 1-2 arguments, but got 0.
    flash.submit({ times: '3' });
    //             ^ Type 'string' is not assignable to type 'number'.
    this.scheduler.register('plain', this.done).submit(3);
    //                                                 ^ Argument of type '3' is not assignable to parameter of type 'undefined'.
    this.scheduler.runSun('sunst', this.done);
    //                    ^ Argument of type '"sunst"' is not assignable to parameter of type 'SunMoment'.
    this.scheduler.runSun({ elevation: 4 }, this.done);
    //                    ^ Property 'going' is missing in type '{ elevation: number; }' but required in type 'SunElevation'.
    this.scheduler.runSun('sunset', { offst: '-20m', name: 'porch' }, this.done);
    //                                ^ Type 'string' is not assignable to type 'NoSuchKey<"offst", "offset" | "onError">'.
    this.scheduler.runSun('sunset', { clamp: ['06:30', '22:00'], between: ['06:30', '22:00'] }, this.done);
    //                                                           ^ Property 'contradicts' is missing in type '["06:30", "22:00"]' but required in type 'Contradicts<"clamp">'.
    this.scheduler.runEvery('1h', { misfire: 'run-all', mode: 'single' }, this.done);
    //                                                  ^ Type 'string' is not assignable to type 'Contradicts<"misfire">'.
    this.scheduler.runEvery('1h', { dst: { gap: 'skip' } }, this.done);
    //                              ^ Property 'onlyWith' is missing in type '{ gap: "skip"; }' but required in type 'OnlyWith<"align">'.
    this.scheduler.runDaily('07:30', { between: ['07:00', '22:00'] }, this.done);
    //                                 ^ Object literal may only specify known properties, and 'between' does not exist in type 'JobHandler<undefined> | LocalJobOptions'.
    this.scheduler.runAtCalendar('calendar.waste', { at: 'begin' }, this.done);
    //                                               ^ Type '"begin"' is not assignable to type '"end" | "start" | undefined'.
    this.scheduler.schedule({ next: () => undefined }, this.done);
    //                      ^ Property 'describe' is missing in type '{ next: () => undefined; }' but required in type 'JobTrigger'.
    flash.submit({ times: 3 }, { on: '10m' });
    //                           ^ Object literal may only specify known properties, and 'on' does not exist in type 'SubmitOptions<{ times: number; }>'.
    flash.submit({ times: 3 }, { in: '10m', durable: 'yes' });
    //                                      ^ Type 'string' is not assignable to type 'boolean | undefined'.
    const since = this.scheduler.register('since', (run: JobRun<{ since: Map<string, number> }>) => run.args.since);
    since.submit({ since: new Map() }, { in: '10m', durable: true });
    //                                              ^ Type 'true' is not assignable to type 'false | NotJson | undefined'.
    this.scheduler.runIn('10m', { name: 'off', durable: true }, this.done);
    //                                         ^ Type 'boolean' is not assignable to type 'NoSuchKey<"durable", keyof JobOptions>'.
    this.scheduler.runIn('10m', { name: 'off', onMissed: 'skip' }, this.done);
    //                                         ^ Type 'string' is not assignable to type 'NoSuchKey<"onMissed", "onError">'.
    this.scheduler.register('flash', { onMissed: 'later' }, this.done);
    //                                 ^ Type '"later"' is not assignable to type 'MissedPolicy | undefined'.
  }

  private done(): void {}
}

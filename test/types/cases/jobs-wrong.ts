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
    //    ^ Expected 1 arguments, but got 0.
    flash.submit({ times: '3' });
    //             ^ Type 'string' is not assignable to type 'number'.
    this.scheduler.register('plain', this.done).submit(3);
    //                                                 ^ Argument of type '3' is not assignable to parameter of type 'undefined'.
  }

  private done(): void {}
}

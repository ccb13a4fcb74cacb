import { App } from 'hassette';

export class Wrong extends App {
  override onInitialize(): void {
    this.api.question('door', {});
    //                        ^ Property 'onAnswer' is missing in type '{}' but required in type 'QuestionOptions<undefined>'.
    this.api.question('door', { onAnswer: () => undefined, onExpried: () => undefined });
    //                                                     ^ Object literal may only specify known properties, but 'onExpried' does not exist in type 'QuestionOptions<undefined>'. Did you mean to write 'onExpired'?
    this.api.question('door', { onAnswer: () => undefined, onMissed: 'later' });
    //                                                     ^ Type '"later"' is not assignable to type 'MissedPolicy | undefined'.
    const close = this.api.question<{ door: string }>('close', { onAnswer: (answer) => answer.args.dor });
    //                                                                                             ^ Property 'dor' does not exist on type '{ door: string; }'. Did you mean 'door'?
    void close.ask('mobile_app_anna', { message: 'Close?', actions: ['Yes'], timeout: '1h' });
    //                                ^ Property 'args' is missing in type '{ message: string; actions: string[]; timeout: string; }' but required in type '{ readonly args: { door: string; }; }'.
    void close.ask('mobile_app_anna', { message: 'Close?', actions: ['Yes'], args: { door: 'garage' } });
    //                                ^ Property 'timeout' is missing in type '{ message: string; actions: string[]; args: { door: string; }; }' but required in type 'Question<AskAction>'.
    const since = this.api.question<{ since: Map<string, number> }>('since', { onAnswer: () => undefined });
    void since.ask('mobile_app_anna', { message: '?', actions: ['Yes'], timeout: '1h', args: { since: new Map() } });
    //                                                                                         ^ Object literal may only specify known properties, and 'since' does not exist in type 'NotJson'.
  }
}

import { App, type AskedQuestion } from 'hassette';

interface Door {
  readonly door: `cover.${string}`;
  readonly since?: string;
}

export class Right extends App {
  override onInitialize(): void {
    const close = this.api.question<Door>('close', {
      onAnswer: (answer) => (answer.action === 'Close' ? this.entity(answer.args.door).closeCover() : answer.text),
      onExpired: (expiry) => expiry.args.since?.length,
      onMissed: { within: '1h' },
      onInterrupted: 'skip',
      timeout: '1m',
    });
    const actions = ['Close', { action: 'later', title: 'Later', behavior: 'textInput' }] as const;
    const asked: Promise<AskedQuestion> = close.ask('mobile_app_anna', {
      ...{ message: 'Close?', actions, timeout: '2h' },
      args: { door: 'cover.garage' },
    });
    void asked.then((question) => question.cancel());
    const plain = this.api.question('plain', { onAnswer: (answer) => answer.args satisfies undefined });
    void plain.ask(['mobile_app_anna'], { message: 'Well?', actions: ['Yes'], timeout: { minutes: 5 } });
    plain.cancel();
  }
}

import { App, duration, entityId, type QuestionAnswer, serviceId, z } from 'hassette';

const Config = z.object({
  /** What it is called in messages. */
  called: z.string().default('The garage'),
  door: entityId('cover'),
  openFor: duration().default('10m'),
  /** Who is asked, for instance `notify.mobile_app_anna`. The first answer counts. */
  phones: z.array(serviceId('notify')).min(1),
  answerWithin: duration().default('30m'),
  /** What is done where nobody answers. */
  unanswered: z.enum(['leave', 'close']).default('leave'),
  askAgainAfter: duration().default('1h'),
  /** How long the door takes to close. */
  travel: duration().default('1m'),
});

/**
 * Asks on phones what to do with a garage door that was left open, and does it.
 *
 * Met: an answer counts after a restart of the daemon or of Home Assistant; the first one, once, and in time; when the
 * door is closed meanwhile the question is taken back, so that nobody answers it the next day; a phone that is out of
 * reach keeps nobody else from answering; a door that is unavailable, or opened and closed in passing, asks nothing; a
 * door that does not close is told of; who answered is in the log.
 */
export class GarageOpen extends App.with(Config) {
  readonly #question = this.api.question('open', {
    onAnswer: (answer) => this.answered(answer),
    onExpired: () => (this.config.unanswered === 'close' ? this.close() : undefined),
  });

  readonly #again = this.scheduler.register('ask-again', () => (this.#open.phase === 'on' ? this.ask() : undefined));

  readonly #open = this.whenever(() => !this.states.is(this.config.door, 'closed'), {
    hold: { enter: this.config.openFor },
    enter: () => this.ask(),
    exit: () => this.#question.takeBack(),
  });

  private async ask() {
    const { called, phones, answerWithin, openFor, askAgainAfter } = this.config;
    this.logger.info(`${called} has been open for ${openFor}: asking`);
    await this.#question.ask(phones, {
      message: `${called} has been open for ${openFor}.`,
      actions: [
        { action: 'close', title: 'Close it' },
        { action: 'leave', title: 'Leave it open' },
        { action: 'later', title: `Ask again in ${askAgainAfter}` },
      ],
      timeout: answerWithin,
    });
  }

  private async answered({ action, userId }: QuestionAnswer) {
    const person = this.states.all('person').find(({ attributes }) => attributes['user_id'] === userId);
    this.logger.info(`${person?.entityId ?? 'somebody'} says: ${action}`);
    if (action === 'later') this.#again.submit(undefined, { in: this.config.askAgainAfter, durable: true });
    if (action === 'close') await this.close();
  }

  private async close() {
    const { called, door, phones, travel } = this.config;
    await this.entity(door).closeCover();
    if (await this.entity(door).waitFor({ to: 'closed', timeout: travel })) return;
    await this.api.notifications.send(phones, { message: `${called} has not closed.` });
  }
}

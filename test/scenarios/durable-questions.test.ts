import { describe, expect, it } from 'vitest';
import { App, Cancelled, type QuestionAnswer, type RegisteredQuestion } from 'hassette';
import { runApp } from 'hassette/testing';

const PHONES = ['mobile_app_anna', 'mobile_app_ben'];
const NOW = '2026-02-04T20:00[Europe/Berlin]';
const CLOSE = { message: 'Close?', actions: ['Yes', 'No'], timeout: '1h', args: { door: 'garage' } } as const;

interface Door {
  readonly door: string;
}

/** What a test asks an app for, that a restart makes anew. */
interface Wish {
  options?: object;
  name?: string;
  handle?: (app: App, answer: QuestionAnswer<Door>) => unknown;
}

interface Shown {
  readonly message: string;
  readonly data: {
    readonly tag: string;
    readonly timeout: number;
    readonly actions: { action: string; title: string }[];
  };
}

async function start(wish: Wish = {}) {
  const heard: string[] = [];
  let question: RegisteredQuestion<Door> | undefined;
  class Hallway extends App {
    override onInitialize() {
      question = this.api.question<Door>(wish.name ?? 'close', {
        onAnswer: async (answer) => {
          heard.push(`${answer.action} ${answer.args.door}`);
          await wish.handle?.(this, answer);
        },
        onExpired: (expiry) => heard.push(`nobody ${expiry.args.door} ${expiry.firedAt.toString()}`),
        ...wish.options,
      });
    }
  }
  const t = await runApp(Hallway, { notifiers: PHONES, now: NOW });
  const sent = (phone: string) =>
    t.home.calls.filter(({ service }) => service === phone).map(({ data }) => data as unknown as Shown);
  return {
    t,
    heard,
    sent,
    get question(): RegisteredQuestion<Door> {
      if (question === undefined) throw new Error('it was not started');
      return question;
    },
    /** How often it was taken from a phone. */
    cleared: (phone: string) => sent(phone).filter(({ message }) => message === 'clear_notification').length,
    /** Somebody presses a button of the first question that was shown. */
    press: async (phone: string, title: string): Promise<void> => {
      const action = sent(phone)[0]?.data.actions.find((button) => button.title === title)?.action;
      t.home.fireEvent('mobile_app_notification_action', { action, device_id: phone });
      await t.settle();
    },
    words: () => t.logs.map(({ msg }) => msg),
    [Symbol.asyncDispose]: () => t[Symbol.asyncDispose](),
  };
}

describe('a question that outlives the daemon', () => {
  it('is answered once, and taken from all phones', async () => {
    await using s = await start();
    const asked = await s.question.ask(PHONES, CLOSE);
    expect(asked.until.toString()).toBe('2026-02-04T20:00:00Z');
    expect(s.sent('mobile_app_anna')[0]).toMatchObject({ message: 'Close?', data: { timeout: 3600 } });
    await s.t.advance('1m');
    await s.press('mobile_app_ben', 'Yes');
    await s.press('mobile_app_anna', 'No');
    expect(s.heard).toEqual(['Yes garage']);
    for (const phone of PHONES) expect(s.cleared(phone)).toBe(1);
    await s.t.advance('2h');
    await s.t.restart();
    await s.press('mobile_app_anna', 'No');
    expect(s.heard).toHaveLength(1);
    expect(s.words()).toContain(
      'Somebody answered "close", which was over: answered already, out of time, or taken back',
    );
    for (const phone of PHONES) expect(s.cleared(phone)).toBe(1);
  });

  it('is answered after a restart of the daemon and of Home Assistant', async () => {
    await using s = await start();
    await s.question.ask(PHONES, CLOSE);
    await s.t.restart({ down: '10m' });
    s.t.home.restart({ downMs: 1000 });
    await s.t.advance('1m');
    await s.press('mobile_app_anna', 'No');
    expect(s.heard).toEqual(['No garage']);
    for (const phone of PHONES) {
      expect(s.sent(phone)).toHaveLength(2);
      expect(s.cleared(phone)).toBe(1);
    }
  });

  it('is over at its time limit, also after a restart', async () => {
    await using s = await start();
    await s.question.ask(PHONES, CLOSE);
    await s.t.restart();
    await s.t.advance('59m');
    expect(s.heard).toEqual([]);
    await s.t.advance('1m');
    expect(s.heard).toEqual(['nobody garage 2026-02-04T20:00:00Z']);
    for (const phone of PHONES) expect(s.cleared(phone)).toBe(1);
    await s.press('mobile_app_anna', 'Yes');
    expect(s.heard).toHaveLength(1);
  });

  it.each([
    ['run', '3h', 1],
    ['skip', '3h', 0],
    [{ within: '3h' }, '3h', 1],
    [{ within: '1h' }, '3h', 0],
  ] as const)(
    'whose time was over while the daemon was off does as %j says after %s',
    async (onMissed, down, heard) => {
      await using s = await start({ options: { onMissed } });
      await s.question.ask(PHONES, CLOSE);
      await s.t.restart({ down });
      await s.t.settle();
      expect(s.heard).toHaveLength(heard);
      for (const phone of PHONES) expect(s.cleared(phone)).toBe(1);
      await s.t.restart();
      expect(s.heard).toHaveLength(heard);
    },
  );

  it.each([
    ['run-again', 2, 'it runs again'],
    ['skip', 1, 'it is left at that'],
  ] as const)('whose handler was cut short does as %s says, and tells it', async (onInterrupted, runs, words) => {
    await using s = await start({ options: { onInterrupted }, handle: (app) => app.tasks.sleep('5m') });
    await s.question.ask(PHONES, CLOSE);
    await s.press('mobile_app_ben', 'Yes');
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.heard).toHaveLength(runs);
    expect(s.words()).toContain(`What "close" does with its answer was cut short when the daemon ended: ${words}`);
    await s.t.restart();
    await s.t.advance('1h');
    expect(s.heard).toHaveLength(runs);
  });

  it('can be asked several times at once, each for itself', async () => {
    await using s = await start();
    await s.question.ask('mobile_app_anna', CLOSE);
    await s.question.ask('mobile_app_ben', { ...CLOSE, args: { door: 'cellar' } });
    expect(s.question.open).toBe(2);
    await s.t.restart();
    await s.press('mobile_app_ben', 'Yes');
    await s.press('mobile_app_anna', 'No');
    expect(s.heard).toEqual(['Yes cellar', 'No garage']);
  });

  it('is taken back by whoever asked it, or made it', async () => {
    await using s = await start();
    const asked = await s.question.ask('mobile_app_anna', CLOSE);
    await s.question.ask('mobile_app_ben', CLOSE);
    asked.cancel();
    asked.cancel();
    await s.t.settle();
    expect([s.cleared('mobile_app_anna'), s.cleared('mobile_app_ben')]).toEqual([1, 0]);
    s.question.cancel();
    await s.t.settle();
    expect(s.cleared('mobile_app_ben')).toBe(1);
    await expect(s.question.ask(PHONES, CLOSE)).rejects.toThrow('Question "close" was cancelled');
    await s.t.restart();
    await s.t.advance('2h');
    expect(s.heard).toEqual([]);
  });

  it('is taken back, what an earlier daemon has asked included, and can be asked again', async () => {
    await using s = await start();
    await s.question.ask(PHONES, CLOSE);
    await s.t.restart();
    await s.question.ask('mobile_app_ben', CLOSE);
    s.question.takeBack();
    s.question.takeBack();
    await s.t.settle();
    expect([s.question.open, s.cleared('mobile_app_anna'), s.cleared('mobile_app_ben')]).toEqual([0, 1, 2]);
    await s.press('mobile_app_anna', 'Yes');
    expect(s.heard).toEqual([]);
    await s.question.ask('mobile_app_anna', { ...CLOSE, timeout: '5m' });
    await s.t.advance('5m');
    expect(s.heard).toHaveLength(1);
  });

  it('is told where its app makes it no more', async () => {
    const wish: Wish = {};
    await using s = await start(wish);
    await s.question.ask(PHONES, CLOSE);
    wish.name = 'shut';
    await s.t.restart();
    expect(s.words()).toContain(
      'hallway has no question "close" any more, and one that was asked still waits: it is kept for 7d',
    );
  });

  it('is not waited for where it reached nobody', async () => {
    await using s = await start();
    await expect(s.question.ask('mobile_app_clara', CLOSE)).rejects.toMatchObject({ code: 'UNKNOWN_SERVICE' });
    expect(s.question.open).toBe(0);
    await s.t.restart();
    await s.t.advance('2h');
    expect(s.heard).toEqual([]);
  });

  it('is asked after a restart where the daemon ended before it was', async () => {
    await using s = await start();
    // The home hears nothing of it before the daemon stops.
    const deaf = s.t.home.add({
      name: 'deaf to calls',
      command: (command, _connection, pass) => {
        if (command.type !== 'call_service') pass(command);
      },
    });
    const asked = s.question.ask(PHONES, CLOSE);
    const outcome = expect(asked).rejects.toBeInstanceOf(Cancelled);
    await s.t.settle();
    await s.t.stop();
    await outcome;
    deaf();
    expect(s.sent('mobile_app_anna')).toEqual([]);
    await s.t.start();
    await s.t.settle();
    expect(s.sent('mobile_app_anna')).toHaveLength(1);
    await s.press('mobile_app_anna', 'Yes');
    expect(s.heard).toEqual(['Yes garage']);
  });

  it('is taken from the phones at the next start where the home is away as it is answered', async () => {
    await using s = await start();
    await s.question.ask(PHONES, { ...CLOSE, timeout: '1m' });
    s.t.home.restart({ downMs: 600_000 });
    await s.t.advance('2m');
    expect(s.heard).toHaveLength(1);
    expect(s.cleared('mobile_app_anna')).toBe(0);
    await s.t.advance('10m');
    await s.t.restart();
    await s.t.settle();
    for (const phone of PHONES) expect(s.cleared(phone)).toBe(1);
    await s.t.restart();
    for (const phone of PHONES) expect(s.cleared(phone)).toBe(1);
  });

  it('is refused with what is no JSON', async () => {
    await using s = await start();
    await expect(s.question.ask(PHONES, { ...CLOSE, data: { at: new Date(0) } })).rejects.toMatchObject({
      code: 'NOT_STORABLE',
    });
    await expect(s.question.ask(PHONES, { ...CLOSE, actions: [] })).rejects.toThrow('was given no actions');
    await expect(s.question.ask([], CLOSE)).rejects.toThrow('No phone was given');
    expect(s.question.open).toBe(0);
  });

  it.each([
    ['close', { onAnswer: () => undefined }, 'There is a question "close" already'],
    ['', { onAnswer: () => undefined }, 'was given no name'],
    ['a', {}, '"onAnswer" of question("a")'],
    ['a', { onAnswer: () => undefined, onExpried: 1 }, 'question("a") has no option "onExpried"'],
    ['a', { onAnswer: () => undefined, onMissed: 'later' }, '"onMissed" of question("a") is "later"'],
  ] as [string, object, string][])('is refused as %j with %j', async (name, options, message) => {
    await using s = await start();
    expect(() => s.t.app.api.question(name, options as never)).toThrow(message);
  });
});

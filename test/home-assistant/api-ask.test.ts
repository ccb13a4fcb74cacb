import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import type { JsonObject } from '../../src/simulator/json.ts';
import { openSimulatedApi } from './simulated-api.ts';

const PHONES = ['mobile_app_anna', 'mobile_app_ben'];

async function setUp() {
  const t = await openSimulatedApi({ notifiers: PHONES });
  const sent = (phone: string) => t.simulated.calls.filter(({ service }) => service === phone).map(({ data }) => data);
  /** The buttons that a phone shows. */
  const buttons = (phone: string): readonly { action: string; title: string }[] => {
    const { data } = sent(phone)[0] ?? {};
    return (data as { actions: { action: string; title: string }[] }).actions;
  };
  return {
    ...t,
    sent,
    /** Somebody presses a button. */
    press: async (phone: string, title: string, more: JsonObject = {}): Promise<void> => {
      const action = buttons(phone).find((button) => button.title === title)?.action;
      const context = t.simulated.newContext(t.simulated.users.user);
      t.simulated.fireEvent('mobile_app_notification_action', { action, device_id: phone, ...more }, context);
      await t.clock.settle();
    },
    [Symbol.asyncDispose]: () => t[Symbol.asyncDispose](),
  };
}

describe('api.ask', () => {
  it('gives the first answer, and takes the question from all phones', async () => {
    await using t = await setUp();
    const asked = t.api.ask(PHONES, { message: 'Open?', title: 'Garage', actions: ['Open', 'Leave'], timeout: '5m' });
    await t.clock.settle();
    for (const phone of PHONES) {
      expect(t.sent(phone)).toMatchObject([
        {
          message: 'Open?',
          title: 'Garage',
          data: { tag: expect.any(String), timeout: 300, actions: [{ title: 'Open' }, { title: 'Leave' }] },
        },
      ]);
    }
    await t.clock.advanceBy(60_000);
    await t.press('mobile_app_ben', 'Leave');
    await t.press('mobile_app_anna', 'Open');
    const answer = await asked;
    expect(answer).toMatchObject({ action: 'Leave', deviceId: 'mobile_app_ben', userId: t.simulated.users.user.id });
    const tag = expect.any(String);
    for (const phone of PHONES) {
      expect(t.sent(phone).slice(1)).toEqual([{ message: 'clear_notification', data: { tag } }]);
    }
  });

  it('gives null where nobody answers in time', async () => {
    await using t = await setUp();
    const asked = t.api.ask('mobile_app_anna', { message: 'Open?', actions: ['Open'], timeout: '5m' });
    await t.clock.advanceBy(300_000);
    await expect(asked).resolves.toBeNull();
    expect(t.sent('mobile_app_anna').at(-1)).toMatchObject({ message: 'clear_notification' });
  });

  it('tells the same question asked twice apart', async () => {
    await using t = await setUp();
    const question = { message: 'Open?', actions: ['Yes', 'No'], timeout: '5m' } as const;
    const [first, second] = [t.api.ask('mobile_app_anna', question), t.api.ask('mobile_app_ben', question)];
    await t.clock.settle();
    await t.press('mobile_app_ben', 'Yes');
    await expect(second).resolves.toMatchObject({ action: 'Yes' });
    await t.press('mobile_app_anna', 'No');
    await expect(first).resolves.toMatchObject({ action: 'No' });
  });

  it('knows actions by names of their own, and gives the text that was written', async () => {
    await using t = await setUp();
    const asked = t.api.ask('mobile_app_anna', {
      message: 'Who is it?',
      actions: [{ action: 'say', title: 'Answer', behavior: 'textInput' }],
      timeout: '1m',
    });
    await t.clock.settle();
    await t.press('mobile_app_anna', 'Answer', { reply_text: 'the postman' });
    const answer = await asked;
    const action: 'say' | undefined = answer?.action;
    expect([action, answer?.text]).toEqual(['say', 'the postman']);
  });

  it('asks those who can be reached, and says who cannot', async () => {
    await using t = await setUp();
    const asked = t.api.ask(['mobile_app_ben', 'mobile_app_clara'], {
      message: 'Open?',
      actions: ['Yes'],
      timeout: '5m',
    });
    await t.clock.settle();
    await t.press('mobile_app_ben', 'Yes');
    await expect(asked).resolves.toMatchObject({ action: 'Yes' });
    expect(t.warnings).toContainEqual(expect.stringContaining('did not reach notify.mobile_app_clara'));
  });

  it('fails where nobody can be reached, and leaves nothing behind', async () => {
    await using t = await setUp();
    const before = t.clock.timers().length;
    const listeners = t.home.events.count;
    const asked = t.api.ask(['mobile_app_clara'], { message: 'Open?', actions: ['Yes'], timeout: '5m' });
    await expect(t.given(asked)).rejects.toMatchObject({ code: 'UNKNOWN_SERVICE' });
    await t.clock.settle();
    expect(t.clock.timers()).toHaveLength(before);
    expect(t.home.events.count).toBe(listeners);
  });

  it('is called off with the app', async () => {
    await using t = await setUp();
    const asked = t.api.ask('mobile_app_anna', { message: 'Open?', actions: ['Yes'], timeout: '5m' });
    const outcome = expect(asked).rejects.toBeInstanceOf(Cancelled);
    await t.clock.settle();
    t.life.stop(new Cancelled('hallway stops'));
    await outcome;
    expect(t.sent('mobile_app_anna')).toHaveLength(1);
  });

  it.each([
    [[], ['Yes'], 'No phone was given'],
    ['mobile_app_anna', [], 'was given no actions'],
  ])('wants phones and actions', async (phones, actions, message) => {
    await using t = await setUp();
    await expect(t.api.ask(phones, { message: 'Open?', actions, timeout: '5m' })).rejects.toThrow(message);
  });
});

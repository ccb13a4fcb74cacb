import { refuse, runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { GarageOpen } from './garage-open.ts';

const door = 'cover.garage';
const phones = ['notify.mobile_app_anna', 'notify.mobile_app_ben'] as const;

function start(
  config: Partial<{ unanswered: 'leave' | 'close' }> = {},
  home: Readonly<Record<string, string | { state: string; attributes: Readonly<Record<string, unknown>> }>> = {},
) {
  return runApp(GarageOpen, {
    source: import.meta.resolve('./garage-open.ts'),
    config: { door, phones: [...phones], ...config },
    home: { [door]: { state: 'closed', attributes: { supported_features: 3 } }, ...home },
    notifiers: ['mobile_app_anna', 'mobile_app_ben'],
  });
}

type Home = Awaited<ReturnType<typeof start>>;

interface Shown {
  readonly message: string;
  readonly data: { readonly actions: readonly { readonly action: string; readonly title: string }[] };
}

/** What a phone was sent, without what only takes it away again. */
function shown(t: Home, phone: 'anna' | 'ben' = 'anna'): readonly Shown[] {
  const sent = t.calls(`notify.mobile_app_${phone}`).map(({ data }) => data as unknown as Shown);
  return sent.filter(({ message }) => message !== 'clear_notification');
}

const cleared = (t: Home) =>
  t.calls('notify.mobile_app_anna').filter(({ data }) => data['message'] === 'clear_notification').length;

/** Somebody presses a button of the question that was sent last, or of an earlier one. */
async function press(t: Home, title: string, which = -1) {
  const button = shown(t)
    .at(which)
    ?.data.actions.find((each) => each.title.startsWith(title));
  await t.fire('mobile_app_notification_action', { action: button?.action });
}

describe('GarageOpen', () => {
  it('asks when the door has been open for a while, and closes it', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('9m 59s');
    expect(shown(t)).toEqual([]);
    await t.advance('1s');
    for (const phone of ['anna', 'ben'] as const)
      expect(shown(t, phone)).toMatchObject([{ message: 'The garage has been open for 10m.' }]);
    await press(t, 'Close');
    expect(t.state(door)).toBe('closed');
    expect(cleared(t)).toBe(1);
    expect(t.failures).toEqual([]);
  });

  it('asks nothing for a door that is opened and closed, or drops out, in passing', async () => {
    await using t = await start();
    for (const state of ['opening', 'open', 'closing', 'closed', 'unavailable', 'closed', 'open', 'closed']) {
      await t.set(door, state);
      await t.advance('3m');
    }
    await t.advance('1h');
    expect(shown(t)).toEqual([]);
  });

  it('counts on while the door is unavailable', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('5m');
    await t.set(door, 'unavailable');
    await t.advance('1m');
    await t.set(door, 'open');
    await t.advance('4m');
    expect(shown(t)).toHaveLength(1);
  });

  it('asks once for each time that it is left open', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('10m');
    await press(t, 'Leave');
    await t.advance('12h');
    expect(shown(t)).toHaveLength(1);
    expect(t.state(door)).toBe('open');
    await t.set(door, 'closed');
    await t.set(door, 'open');
    await t.advance('10m');
    expect(shown(t)).toHaveLength(2);
  });

  it('knows an answer that comes after a restart of the daemon and of Home Assistant', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('10m');
    await t.restart({ down: '1m' });
    t.home.restart();
    await t.advance('5m');
    expect(shown(t)).toHaveLength(1);
    await press(t, 'Close');
    expect(t.state(door)).toBe('closed');
  });

  it('asks after a restart where the time came meanwhile, and where it is yet to come', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('5m');
    await t.restart({ down: '1m' });
    await t.advance('3m');
    expect(shown(t)).toEqual([]);
    await t.restart({ down: '5m' });
    expect(shown(t)).toHaveLength(1);
  });

  it('takes the question back when the door is closed by hand, and minds no old button', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('10m');
    await t.restart();
    await t.set(door, 'closed');
    expect(cleared(t)).toBe(1);
    await t.set(door, 'open');
    await press(t, 'Close');
    expect(t.calls('cover.close_cover')).toEqual([]);
  });

  it('takes the first answer, and only that', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('10m');
    await press(t, 'Leave');
    await press(t, 'Close');
    await press(t, 'Close');
    expect(t.state(door)).toBe('open');
  });

  it.each([
    ['leave', 'open'],
    ['close', 'closed'],
  ] as const)('does as it is told (%s) where nobody answers in time', async (unanswered, state) => {
    await using t = await start({ unanswered });
    await t.set(door, 'open');
    await t.advance('39m');
    expect(t.state(door)).toBe('open');
    await t.advance('2m');
    expect(t.state(door)).toBe(state);
    await press(t, 'Close');
    expect(t.state(door)).toBe(state);
  });

  it('asks again later, over a restart, unless the door is closed by then', async () => {
    await using t = await start();
    await t.set(door, 'open');
    await t.advance('10m');
    await press(t, 'Ask again in 1h');
    await t.restart({ down: '30m' });
    await t.advance('29m');
    expect(shown(t)).toHaveLength(1);
    await t.advance('1m');
    expect(shown(t)).toHaveLength(2);
    await press(t, 'Ask again');
    await t.set(door, 'closed');
    await t.advance('2h');
    expect(shown(t)).toHaveLength(2);
  });

  it('tells of a door that does not close', async () => {
    await using t = await start();
    t.home.addService('cover', 'close_cover', {
      description: { fields: {} },
      check: (data) => data,
      run: () => undefined,
    });
    await t.set(door, 'open');
    await t.advance('10m');
    await press(t, 'Close');
    await t.advance('59s');
    expect(shown(t)).toHaveLength(1);
    await t.advance('1s');
    expect(shown(t).at(-1)?.message).toBe('The garage has not closed.');
  });

  it('is answered by one phone while the other cannot be reached', async () => {
    await using t = await start();
    t.home.add(refuse('home_assistant_error', ({ service }) => service === 'mobile_app_ben'));
    await t.set(door, 'open');
    await t.advance('10m');
    await press(t, 'Close');
    expect(t.state(door)).toBe('closed');
    expect(t.failures).toEqual([]);
  });

  it('says in the log who has answered', async () => {
    await using t = await start({}, { 'person.anna': { state: 'not_home', attributes: { user_id: 'a1' } } });
    await t.set(door, 'open');
    await t.advance('10m');
    const action = shown(t).at(-1)?.data.actions[1]?.action;
    t.home.fireEvent(
      'mobile_app_notification_action',
      { action },
      {
        id: '01',
        parent_id: null,
        user_id: 'a1',
      },
    );
    await t.settle();
    expect(t.logs.some(({ msg }) => msg === 'person.anna says: leave')).toBe(true);
  });
});

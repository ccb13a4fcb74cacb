import { refuse, runApp, type RunAppOptions, unreachable } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { SecurityAlarm } from './security-alarm.ts';

const armed = 'input_boolean.alarm';
const door = 'binary_sensor.front_door';
const back = 'binary_sensor.back_door';
const window = 'binary_sensor.kitchen_window';
const siren = 'siren.attic';

const config = {
  armed,
  doors: [door, back],
  others: [window],
  sirens: [siren],
  phones: ['notify.mobile_app_anna'],
} as const;

type Options = RunAppOptions<typeof SecurityAlarm>;

function start(more: Partial<Options['config']> = {}, options: Partial<Options> = {}) {
  return runApp(SecurityAlarm, {
    source: import.meta.resolve('./security-alarm.ts'),
    notifiers: ['mobile_app_anna'],
    ...options,
    config: { ...structuredClone(config), ...more } as never,
    home: {
      [armed]: 'off',
      [door]: 'off',
      [back]: 'off',
      [window]: 'off',
      [siren]: { state: 'off', attributes: { supported_features: 3 } },
      ...options.home,
    },
  });
}

type Home = Awaited<ReturnType<typeof start>>;

async function arm(t: Home) {
  await t.set(armed, 'on');
  await t.advance('1m');
}

async function open(t: Home, sensor: string) {
  await t.set(sensor, 'on');
  await t.advance('1s');
}

/** What the phone was told, without the questions. */
const told = (t: Home) =>
  t
    .calls('notify.mobile_app_anna')
    .map(({ data }) => String(data['message']))
    .filter((message) => message !== 'clear_notification' && !message.endsWith('was opened.'));

const sounded = (t: Home) => t.calls('homeassistant.turn_on').length;

interface Question {
  readonly data?: { readonly actions?: readonly { readonly action: string }[] };
}

/** Somebody answers on the phone the question that was sent last, or an earlier one. */
async function answer(t: Home, text?: string, which = -1) {
  const questions = t.calls('notify.mobile_app_anna').flatMap(({ data }) => (data as Question).data?.actions ?? []);
  await t.fire('mobile_app_notification_action', { action: questions.at(which)?.action, reply_text: text });
}

describe('SecurityAlarm', () => {
  it('leaves time to go, and time to disarm, and sounds until it is enough', async () => {
    await using t = await start();
    await t.set(armed, 'on');
    await open(t, door);
    await t.set(door, 'off');
    await t.advance('58s');
    expect(t.state(siren)).toBe('off');
    await t.advance('10m');
    await open(t, door);
    await t.advance('29s');
    expect(t.state(siren)).toBe('off');
    await t.advance('1s');
    expect(t.state(siren)).toBe('on');
    await t.advance('4m 59s');
    expect(t.state(siren)).toBe('on');
    await t.advance('1s');
    expect(t.state(siren)).toBe('off');
    expect(told(t)).toEqual([
      'The alarm is armed in 1m.',
      `ALARM: ${door}`,
      'The siren has ended. The alarm is still armed.',
    ]);
    expect(t.failures).toEqual([]);
  });

  it('does nothing while it is disarmed', async () => {
    await using t = await start();
    for (const sensor of [door, window]) await open(t, sensor);
    await t.advance('1h');
    expect(t.calls()).toEqual([]);
  });

  it('is disarmed in time, and later', async () => {
    await using t = await start();
    await arm(t);
    await open(t, door);
    await t.advance('20s');
    await t.set(armed, 'off');
    await t.advance('1h');
    expect(sounded(t)).toBe(0);

    await t.set(door, 'off');
    await arm(t);
    await open(t, door);
    await t.advance('40s');
    await t.set(armed, 'off');
    expect(t.state(siren)).toBe('off');
  });

  it('sounds at once for what nobody comes in by, in the time to disarm too', async () => {
    await using t = await start();
    await arm(t);
    await open(t, door);
    await open(t, window);
    expect(t.state(siren)).toBe('on');
    expect(told(t)).toContain(`ALARM: ${window}`);
  });

  it.each(['10s', '10m'])('sounds though the daemon was off for %s of the time to disarm', async (down) => {
    await using t = await start();
    await arm(t);
    await open(t, door);
    await t.restart({ down });
    await t.advance('20s');
    expect(t.state(siren)).toBe('on');
  });

  it('goes on leaving time to go over a restart', async () => {
    await using t = await start();
    await t.set(armed, 'on');
    await t.advance('30s');
    await t.restart({ down: '10s' });
    await open(t, door);
    await t.set(door, 'off');
    await t.advance('30s');
    await open(t, door);
    await t.advance('30s');
    expect(t.state(siren)).toBe('on');
  });

  it.each(['1m', '1h'])('ends the siren in time though the daemon was off for %s', async (down) => {
    await using t = await start();
    await arm(t);
    await open(t, window);
    await t.advance('1m');
    await t.restart({ down });
    await t.advance('1s');
    expect(t.state(siren)).toBe(down === '1m' ? 'on' : 'off');
    await t.advance('3m');
    expect(t.state(siren)).toBe('off');
    expect(sounded(t)).toBe(1);
  });

  it('goes on over a restart of Home Assistant', async () => {
    await using t = await start();
    await arm(t);
    await open(t, door);
    t.home.restart({ downMs: 5000, startMs: 5000, entitiesMs: 5000 });
    await t.advance('1m');
    expect(t.state(siren)).toBe('on');
    expect(sounded(t)).toBe(1);
  });

  it.each([
    ['was opened', ['on'], door],
    ['was opened and closed', ['on', 'off'], door],
  ])('notices a door that %s while the connection was lost', async (_, states, which) => {
    await using t = await start();
    await arm(t);
    const restore = t.home.add(unreachable());
    t.home.dropConnections();
    await t.advance('10s');
    expect(t.logs.some(({ msg }) => msg.includes('blind'))).toBe(true);
    for (const state of states) {
      await t.set(which, state);
      await t.advance('5s');
    }
    restore();
    await t.advance('2m');
    expect(t.state(siren)).toBe('on');
    expect(told(t)).toContain('The alarm was blind for a while. It sees again.');
  });

  it('notices a door that was opened while the daemon was off', async () => {
    await using t = await start();
    await arm(t);
    await t.stop();
    await t.set(door, 'on');
    await t.advance('10m');
    await t.start();
    await t.advance('30s');
    expect(t.state(siren)).toBe('on');
  });

  it('is disarmed by what happened while the daemon was off', async () => {
    await using t = await start();
    await arm(t);
    await t.stop();
    await t.set(armed, 'off');
    await t.set(door, 'on');
    await t.advance('1m');
    await t.start();
    await t.advance('10m');
    expect(sounded(t)).toBe(0);
  });

  it('tells what is open when it is armed, and leaves it out until it is closed', async () => {
    await using t = await start({}, { home: { [window]: 'on', [back]: 'unavailable' } });
    await arm(t);
    expect(told(t)).toEqual([`The alarm is armed in 1m. Open: ${window}. Silent: ${back}.`]);
    await t.restart({ down: '1m' });
    t.home.restart();
    await t.advance('1h');
    expect(sounded(t)).toBe(0);
    await t.set(window, 'off');
    await open(t, window);
    expect(sounded(t)).toBe(1);
  });

  it('takes a door that rattles for closed', async () => {
    await using t = await start();
    await arm(t);
    for (let times = 0; times < 20; times += 1) {
      await t.set(door, 'on');
      await t.advance('200ms');
      await t.set(door, 'off');
      await t.advance('1s');
    }
    await t.advance('1m');
    expect(sounded(t)).toBe(0);
  });

  it('does not begin anew for more that is opened, neither the delay nor the siren', async () => {
    await using t = await start();
    await arm(t);
    const flap = async (times: number) => {
      for (let each = 0; each < times; each += 1) {
        for (const sensor of [door, back]) await open(t, sensor);
        for (const sensor of [door, back]) await t.set(sensor, 'off');
        await t.advance('3s');
      }
    };
    await flap(6);
    await t.advance('1s');
    expect(t.state(siren)).toBe('on');
    await flap(30);
    await open(t, window);
    expect(sounded(t)).toBe(1);
    await t.advance('2m 29s');
    expect(t.state(siren)).toBe('off');
  });

  it.each([
    ['tell', false],
    ['alarm', true],
  ] as const)('does as it is told (%s) where a sensor falls silent', async (silence, sounds) => {
    await using t = await start({ silence });
    await arm(t);
    await t.set(window, 'unavailable');
    await t.advance('1m');
    await t.set(window, 'off');
    await t.advance('5m');
    expect(told(t)).toHaveLength(1);
    await t.set(window, 'unavailable');
    await t.advance('2m');
    expect(t.state(siren)).toBe(sounds ? 'on' : 'off');
    expect(told(t).at(-1)).toBe(sounds ? `ALARM: ${window}` : `${window} is silent while the alarm is armed.`);
  });

  it('notices what comes back open', async () => {
    await using t = await start();
    await arm(t);
    await t.set(window, 'unavailable');
    await t.advance('10s');
    await open(t, window);
    expect(t.state(siren)).toBe('on');
  });

  it.each(['on', 'off'])('turns a siren %s that could not be reached once the home is back', async (state) => {
    await using t = await start();
    await arm(t);
    if (state === 'off') {
      await open(t, window);
      await t.advance('4m 55s');
    }
    const lift = t.home.add(refuse('home_assistant_error', ({ domain }) => domain === 'homeassistant'));
    await open(t, window);
    await t.advance('10s');
    expect(t.state(siren)).not.toBe(state);
    lift();
    t.home.dropConnections();
    await t.advance('10s');
    expect(t.state(siren)).toBe(state);
  });

  it('is disarmed on a phone with the code, and with no other, over a restart', async () => {
    await using t = await start({ code: '4711' });
    await arm(t);
    await open(t, door);
    await answer(t, '1234');
    expect(told(t)).toContain('That was not the code.');
    await t.restart();
    await answer(t, '4711');
    expect(t.state(armed)).toBe('off');
    await t.advance('1h');
    expect(sounded(t)).toBe(0);
    expect(t.failures).toEqual([]);
  });

  it('minds no button of yesterday', async () => {
    await using t = await start();
    await arm(t);
    await open(t, door);
    await t.restart();
    await t.set(armed, 'off');
    await t.set(door, 'off');
    await t.advance('1d');
    await arm(t);
    await answer(t, undefined, 0);
    expect(t.state(armed)).toBe('on');
  });

  it.each([
    ['spring', '2026-03-29T01:59:10[Europe/Berlin]'],
    ['autumn', '2026-10-25T02:59:10[Europe/Berlin]'],
  ])('counts time that passes in the night in %s in which the clocks change', async (_, now) => {
    await using t = await start({}, { now });
    await arm(t);
    await open(t, door);
    await t.advance('29s');
    expect(t.state(siren)).toBe('off');
    await t.advance('1s');
    expect(t.state(siren)).toBe('on');
  });

  it.each([
    ['of Home Assistant', '1h', async (t: Home) => t.home.stepClock('1h')],
    ['of Home Assistant', '-1h', async (t: Home) => t.home.stepClock('-1h')],
    ['on the wall', '1h', (t: Home) => t.stepClock('1h')],
    ['on the wall', '-1h', (t: Home) => t.stepClock('-1h')],
  ])('minds no clock %s that is set by %s in the time to disarm', async (_which, _by, step) => {
    await using t = await start({}, { isolation: 'main' });
    await arm(t);
    await open(t, door);
    await step(t);
    await t.advance('29s');
    expect(t.state(siren)).toBe('off');
    await t.advance('1s');
    expect(t.state(siren)).toBe('on');
  });

  it('keeps what happened', async () => {
    await using t = await start();
    await arm(t);
    await open(t, door);
    await t.restart({ down: '1m' });
    await t.set(armed, 'off');
    const journal = (await t.stored())['journal'] as readonly string[];
    expect(journal.map((line) => line.replace(/^\S+Z /, ''))).toEqual([
      'disarmed',
      'leaving',
      'armed',
      `entering ${door}`,
      'sounding time is up',
      'disarmed',
    ]);
  });
});

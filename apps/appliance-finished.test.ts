import { refuse, runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { ApplianceFinished } from './appliance-finished.ts';

const power = 'sensor.washer_power';
const door = 'binary_sensor.washer_door';

function washer(watts: number | string = 2, limits: { runningAbove?: number; idleBelow?: number } = {}) {
  return runApp(ApplianceFinished, {
    source: import.meta.resolve('./appliance-finished.ts'),
    config: { power, door, notify: 'notify.phone', appliance: 'The washer', ...limits },
    home: { [power]: String(watts), [door]: 'off' },
    notifiers: ['phone'],
  });
}

type Washer = Awaited<ReturnType<typeof washer>>;

function told(t: Washer): readonly unknown[] {
  return t.calls('notify.phone').map(({ data }) => data['message']);
}

const finished = 'The washer has finished. It has used 1.00 kWh.';
const reminder = 'The washer is still waiting to be emptied.';

async function runProgramme(t: Washer) {
  await t.set(power, 2000);
  await t.advance('30m');
  await t.set(power, 2);
}

describe('ApplianceFinished', () => {
  it('tells once when a programme has ended', async () => {
    await using t = await washer();
    await runProgramme(t);
    await t.advance('2m 59s');
    expect(told(t)).toEqual([]);
    await t.advance('1s');
    expect(told(t)).toEqual([finished]);
  });

  it('needs no further report from a sensor that reports only on change', async () => {
    await using t = await washer();
    await t.set(power, 2000);
    await t.advance('2h');
    await t.set(power, 1);
    await t.advance('3m');
    expect(told(t)).toHaveLength(1);
  });

  it('waits through pauses, and through turns against creases', async () => {
    await using t = await washer();
    await runProgramme(t);
    for (let turn = 0; turn < 4; turn += 1) {
      await t.advance('2m');
      await t.set(power, 14);
      await t.advance('20s');
      await t.set(power, 2);
    }
    expect(told(t)).toEqual([]);
    await t.advance('3m');
    expect(told(t)).toHaveLength(1);
  });

  it('does not take a short draw for a programme', async () => {
    await using t = await washer();
    await t.set(power, 2000);
    await t.advance('30s');
    await t.set(power, 2);
    await t.advance('10m');
    expect(told(t)).toEqual([]);
  });

  it.each(['unknown', 'unavailable', 'nan', ''])('is not misled by a state of "%s"', async (strange) => {
    await using t = await washer();
    await t.set(power, 2000);
    await t.advance('10m');
    await t.set(power, strange);
    await t.advance('10m');
    await t.set(power, 2000);
    await t.advance('10m');
    expect(told(t)).toEqual([]);
  });

  it('joins a programme that runs when it starts', async () => {
    await using t = await washer(1900);
    await t.advance('5m');
    await t.set(power, 2);
    await t.advance('3m');
    expect(told(t)).toHaveLength(1);
  });

  it('is silent about a programme that had ended before it started', async () => {
    await using t = await washer(2);
    await t.advance('1h');
    expect(told(t)).toEqual([]);
  });

  it('reminds until the door is opened, and no longer than was asked', async () => {
    await using t = await washer();
    await runProgramme(t);
    await t.advance('3m');
    await t.advance('30m');
    expect(told(t)).toEqual([finished, reminder]);
    await t.set(door, 'on');
    await t.advance('5h');
    expect(told(t)).toHaveLength(2);

    await t.set(door, 'off');
    await runProgramme(t);
    await t.advance('10h');
    expect(told(t)).toHaveLength(2 + 1 + 3);
  });

  it('does not remind of a door that is open already', async () => {
    await using t = await washer();
    await t.set(door, 'on');
    await runProgramme(t);
    await t.advance('10h');
    expect(told(t)).toEqual([finished]);
  });

  it('begins with the reminders anew when it has finished again', async () => {
    await using t = await washer();
    await runProgramme(t);
    await t.advance('23m');
    await t.set(door, 'on');
    await t.set(door, 'off');
    await t.set(power, 2000);
    await t.advance('3m');
    await t.set(power, 2);
    await t.advance('3m');
    const before = told(t).length;
    await t.advance('29m');
    expect(told(t)).toHaveLength(before);
    await t.advance('1m');
    expect(told(t)).toHaveLength(before + 1);
  });

  it('goes on with a programme over a restart, and with the wait at its end', async () => {
    await using t = await washer();
    await t.set(power, 2000);
    await t.advance('10m');
    await t.restart({ down: '10m' });
    await t.advance('10m');
    await t.set(power, 2);
    await t.advance('1m');
    await t.restart({ down: '1m' });
    await t.advance('45s');
    expect(told(t)).toEqual([]);
    await t.advance('15s');
    expect(told(t)).toEqual([finished]);
  });

  it('tells of a programme that has ended while it was off', async () => {
    await using t = await washer();
    await t.set(power, 2000);
    await t.advance('30m');
    await t.stop();
    await t.set(power, 2);
    await t.advance('2h');
    await t.start();
    expect(told(t)).toHaveLength(1);
    await t.restart({ down: '1m' });
    expect(told(t)).toHaveLength(1);
  });

  it('goes on to remind after a restart, once for what it has missed', async () => {
    await using t = await washer();
    await runProgramme(t);
    await t.advance('13m');
    await t.restart({ down: '10m' });
    await t.advance('9m 45s');
    expect(told(t)).toEqual([finished]);
    await t.advance('15s');
    expect(told(t)).toEqual([finished, reminder]);
    await t.restart({ down: '5h' });
    expect(told(t)).toEqual([finished, reminder, reminder]);
    await t.advance('5h');
    expect(told(t)).toEqual([finished, reminder, reminder, reminder]);
  });

  it('reminds no more where it was emptied while it was off', async () => {
    await using t = await washer();
    await runProgramme(t);
    await t.advance('5m');
    await t.stop();
    await t.set(door, 'on');
    await t.advance('2h');
    await t.start();
    await t.advance('5h');
    expect(told(t)).toEqual([finished]);
  });

  it('is not misled by readings below zero, nor by another appliance on the same plug', async () => {
    await using t = await washer(60, { runningAbove: 100, idleBelow: 80 });
    await t.advance('1h');
    await t.set(power, 2060);
    await t.advance('10m');
    await t.set(power, -3);
    await t.advance('1s');
    await t.set(power, 2060);
    await t.advance('10m');
    expect(told(t)).toEqual([]);
    await t.set(power, 60);
    await t.advance('3m');
    expect(told(t)).toHaveLength(1);
  });

  it('tells without the energy where the home has recorded nothing', async () => {
    await using t = await washer();
    t.home.add(refuse('home_assistant_error', ['history/history_during_period', 'history/stream']));
    await runProgramme(t);
    await t.advance('3m');
    expect(told(t)).toEqual(['The washer has finished.']);
  });

  it('refuses thresholds that contradict each other', async () => {
    const start = runApp(ApplianceFinished, {
      config: { power, notify: 'notify.phone', runningAbove: 5, idleBelow: 50 },
    });
    await expect(start).rejects.toThrow(/idleBelow/);
  });
});

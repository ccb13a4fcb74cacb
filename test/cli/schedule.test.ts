import { describe, expect, it } from 'vitest';
import { start } from './command-line.ts';

async function explained(...args: readonly string[]) {
  const command = await start(['schedule', ...args]);
  return { exitCode: await command.exitCode, printed: command.printed(), said: command.said() };
}

const BERLIN = ['--zone', 'Europe/Berlin', '--from', '2026-03-27T12:00'];

describe('hassette schedule', () => {
  it('says in other words what words mean, and the next five times', async () => {
    const { exitCode, printed } = await explained('every', 'day', 'except', 'saturday', 'at', '2:30', ...BERLIN);
    expect(exitCode).toBe(0);
    expect(printed.split('\n')).toEqual([
      'on monday, tuesday, wednesday, thursday, friday and sunday at 02:30 (Europe/Berlin)',
      '  Sun 2026-03-29 03:00:00+02:00',
      '  Mon 2026-03-30 02:30:00+02:00',
      '  Tue 2026-03-31 02:30:00+02:00',
      '  Wed 2026-04-01 02:30:00+02:00',
      '  Thu 2026-04-02 02:30:00+02:00',
    ]);
  });

  it('knows the sun of a place', async () => {
    const { printed } = await explained('20 minutes before sunset', '--at', '52.52,13.405', '--count', '1', ...BERLIN);
    expect(printed).toMatch(
      /every day 20 minutes before sunset \(Europe\/Berlin\)\n {2}Fri 2026-03-27 18:1\d:\d\d\+01:00/,
    );
  });

  it('prints JSON', async () => {
    const { printed } = await explained('at noon', '--json', '--count', '1', ...BERLIN);
    expect(JSON.parse(printed)).toEqual({
      words: 'every day at 12:00',
      timeZone: 'Europe/Berlin',
      next: ['2026-03-28T12:00:00+01:00[Europe/Berlin]'],
    });
  });

  it.each([
    ['words that it does not understand', ['every weekday ta 7:30'], 'Did you mean "at"?'],
    ['the sun of no place', ['at sunset'], '--at 52.52,13.405'],
    ['a place that is none', ['at sunset', '--at', '91,0'], 'which is no place'],
    ['a zone that is none', ['at noon', '--zone', 'Mars/Olympus'], 'is not a time zone'],
    ['a time that is none', ['at noon', '--from', 'tomorrow'], 'which is no date and time'],
    ['no number of times', ['at noon', '--count', '0'], 'a whole number from 1 to 1000'],
    ['a day that never comes', ['on the 31st in february at 9'], 'never comes'],
  ])('refuses %s', async (_what, args, hint) => {
    const { exitCode, said } = await explained(...args);
    expect(exitCode).toBe(1);
    expect(said).toContain(hint);
  });
});

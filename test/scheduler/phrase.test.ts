import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgument } from '../../src/kernel/errors.ts';
import { type Clause, type Days, type Phrase, SUN_WORDS, type When, wordsOf } from '../../src/scheduler/phrase.ts';
import { readPhrase } from '../../src/scheduler/phrase-reader.ts';
import { SUN_EVENTS } from '../../src/scheduler/sun-times.ts';
import { SaidHome } from './said-home.ts';
import { DAY, HOUR, makeScheduler, MINUTE, SECOND } from './scheduler-fixture.ts';

describe('readPhrase', () => {
  it.each([
    ['every weekday at 7:30 and 20 minutes before sunset', 'on weekdays at 07:30 and 20 minutes before sunset'],
    ['daily at 7:30', 'every day at 07:30'],
    ['at 8', 'every day at 08:00'],
    ['at 8pm', 'every day at 20:00'],
    ['every day at 12:15 am', 'every day at 00:15'],
    ["at 9 o'clock on sundays", 'on sunday at 09:00'],
    ['at noon and midnight', 'every day at 12:00 and at 00:00'],
    ['At Sunset', 'every day at sunset'],
    ['half an hour after civil dusk', 'every day 30 minutes after dusk'],
    ['1 hour and 30 minutes before solar noon', 'every day 1 hour 30 minutes before solar noon'],
    ['20min before nautical dawn', 'every day 20 minutes before nautical dawn'],
    ['mondays, wed and fri at 6:45', 'on monday, wednesday and friday at 06:45'],
    ['weekends at 9, 12 and 18:30:15', 'on weekends at 09:00, at 12:00 and at 18:30:15'],
    ['every day except sunday at 8', 'on monday, tuesday, wednesday, thursday, friday and saturday at 08:00'],
    ['every 15 minutes', 'every 15 minutes'],
    ['every hour', 'every hour'],
    ['hourly on weekdays', 'every hour on weekdays'],
    ['every second hour', undefined],
    ['every 2 hours between 7:00 and 22:00', 'every 2 hours between 07:00 and 22:00'],
    ['every 10 minutes from 22:00 to 6:00 on weekdays', 'every 10 minutes on weekdays between 22:00 and 06:00'],
    ['on the first and 15th of each month at 9:00', 'on the 1st and 15th of the month at 09:00'],
    ['on the last day of the month at 18:00', 'on the last day of the month at 18:00'],
    ['every day in december and january at 16:00', 'every day in january and december at 16:00'],
    ['from may to september at 21:00', 'every day in may, june, july, august and september at 21:00'],
    ['from november to february at sunset', 'every day in january, february, november and december at sunset'],
    ['weekdays at 7:00 and weekends at 9:00', 'on weekdays at 07:00; on weekends at 09:00'],
    ['every hour; every sunday at 7:30', 'every hour; on sunday at 07:30'],
    ['every weekday at 7:30, and every sunday at sunrise', 'on weekdays at 07:30; on sunday at sunrise'],
  ])('understands "%s"', (text, words) => {
    if (words === undefined) expect(() => readPhrase(text)).toThrow('is not understood');
    else expect(wordsOf(readPhrase(text))).toBe(words);
  });

  it.each([
    ['every weekday ta 7:30', '"ta" is not understood', 14, 'Did you mean "at"?'],
    ['evry day at 7:30', '"evry" is not understood', 0, 'Did you mean "every"?'],
    ['every munday at 7:30', '"munday" is not understood', 6, 'Did you mean "monday"?'],
    ['every weekday at 25:00', '"25:00" is not understood', 17, 'a time ("7:30", "8am", "noon")'],
    ['every weekday at 13pm', '"13pm" is not understood', 17, 'an hour of the sun'],
    ['20 minuts before sunset', '"minuts" is not understood', 3, 'Did you mean "minutes"?'],
    ['20 minutes befor sunset', '"befor" is not understood', 11, 'Did you mean "before"?'],
    ['20 minutes before sunst', '"sunst" is not understood', 18, 'Did you mean "sunset"?'],
    ['every weekday', 'it ends where something is missing', 14, '"at"'],
    ['every weekday at', 'it ends where something is missing', 17, 'a time'],
    ['every 2 hours between 7:00', 'it ends where something is missing', 27, '"and"'],
    ['', 'it ends where something is missing', 1, '"every"'],
    ['at 7:30 in marhc', '"marhc" is not understood', 11, 'Did you mean "march"?'],
    ['on the 32nd of the month at 9', '"32nd" is not understood', 7, 'a day of the month'],
    ['at 7:30 please', '"please" is not understood', 8, '"and"'],
    ['every day at 7:30 and', 'it ends where something is missing', 22, 'a time'],
    ['on weekends every 7 minutes', 'no marks on the clock', 18, 'runEvery'],
    ['every hour between 22:00 and 22:00', 'it ends when it begins', 29, 'Leave it out'],
    ['at 7:30 and 30 hours before sunset', 'a day apart', 12, 'less than that'],
  ])('points at what is wrong in "%s"', (text, message, place, hint) => {
    const attempt = (): Phrase => readPhrase(text);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof InvalidArgument)) throw error;
      expect(error.hint).toContain(hint);
      const pointer = error.message.split('\n').at(-1) ?? '';
      expect(pointer.indexOf('^') - 2).toBe(place);
    }
  });

  const times = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.constantFrom(0, 0, 0, 15))
    .map(([hour, minute, second]) => new Temporal.PlainTime(hour, minute, second));
  const subset = <Item>(items: readonly Item[]): fc.Arbitrary<Item[]> => fc.subarray([...items], { minLength: 1 });
  const days: fc.Arbitrary<Days> = fc.oneof(
    fc.constant<Days>({ kind: 'all' }),
    subset([1, 2, 3, 4, 5, 6, 7]).map((of) => ({ kind: 'of-week' as const, days: of })),
    subset<number | 'last'>([1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 'last']).map((of) => ({
      kind: 'of-month' as const,
      days: of,
    })),
  );
  const whens: fc.Arbitrary<When> = fc.oneof(
    times.map((time) => ({ kind: 'clock' as const, time })),
    fc
      .tuple(fc.constantFrom(...SUN_EVENTS), fc.integer({ min: -23 * 60, max: 23 * 60 }))
      .map(([event, minutes]) => ({ kind: 'sun' as const, event, offsetMs: minutes * MINUTE })),
  );
  const clauses: fc.Arbitrary<Clause> = fc.record({
    days,
    months: fc.option(subset([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), { nil: undefined }),
    when: fc.oneof(
      fc.array(whens, { minLength: 1, maxLength: 4 }),
      fc.record({
        everyMs: fc.constantFrom(SECOND, 15 * SECOND, MINUTE, 90 * SECOND, 15 * MINUTE, HOUR, 90 * MINUTE, 6 * HOUR),
        between: fc.option(
          fc.tuple(times, times).filter(([from, to]) => !from.equals(to)),
          { nil: undefined },
        ),
      }),
    ),
  });

  it('reads again the words that it gives', () => {
    fc.assert(
      fc.property(fc.array(clauses, { minLength: 1, maxLength: 3 }), (phrase) => {
        const words = wordsOf(phrase);
        const read = readPhrase(words);
        expect(wordsOf(read)).toBe(words);
        expect(JSON.stringify(read)).toBe(JSON.stringify(phrase));
      }),
      { numRuns: 2000 },
    );
  });

  it('never fails otherwise than in words', () => {
    const word = fc.constantFrom(
      'every',
      'day',
      'at',
      '7:30',
      'and',
      ',',
      'sunset',
      '20',
      'minutes',
      'before',
      'between',
      'the',
      '1st',
      'in',
      'may',
      'x',
      'constructor',
      ...Object.values(SUN_WORDS),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
          fc.string(),
        ),
        (text) => {
          try {
            readPhrase(text);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidArgument);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('run', () => {
  const fixture = () => makeScheduler({ now: '2026-03-06T12:00[Europe/Berlin]', homeTimes: new SaidHome() });

  it('runs when the words say so, and shows them', async () => {
    const { scheduler, clock, log, note } = await fixture();
    const job = scheduler.run('every weekday at 7:30 and 20 minutes before sunset', note());
    expect(job.trigger).toBe('on weekdays at 07:30 and 20 minutes before sunset');
    await clock.advanceBy(3 * DAY);
    expect(log.map((line) => line.slice(0, 8))).toEqual(['06 17:34', '09 07:30']);
  });

  it('runs at a pace within a window on some days', async () => {
    const { scheduler, clock, log, note } = await fixture();
    scheduler.run('every 6 hours between 6:00 and 18:00 on weekends', note());
    await clock.advanceBy(4 * DAY);
    expect(log).toEqual(['07 06:00:00', '07 12:00:00', '08 06:00:00', '08 12:00:00']);
  });

  it('runs once where several parts mean the same moment', async () => {
    const { scheduler, clock, log, note } = await fixture();
    scheduler.run('at 18:00; on friday at 18:00', note());
    await clock.advanceBy(DAY);
    expect(log).toEqual(['06 18:00:00']);
  });

  it('keeps to the clocks as everything does', async () => {
    const { scheduler, clock, log, note } = await fixture();
    scheduler.run('on sunday in march at 2:30', note());
    await clock.advanceBy(30 * DAY);
    expect(log).toEqual(['08 02:30:00', '15 02:30:00', '22 02:30:00', '29 03:00:00']);
  });

  it('waits for the last day of a month, and for 29 February', async () => {
    const { scheduler, note } = await fixture();
    const next = (words: string): string | undefined =>
      scheduler.run(words, note()).nextRun?.toPlainDateTime().toString();
    expect(next('on the last day of the month in february at 9')).toBe('2027-02-28T09:00:00');
    expect(next('on the 29th of the month in february at 9')).toBe('2028-02-29T09:00:00');
  });

  it('refuses what never comes, and a pace without marks', async () => {
    const { scheduler, note } = await fixture();
    expect(() => scheduler.run('on the 31st in february at 9', note())).toThrow('never comes');
    expect(() => scheduler.run('every 7 minutes', note())).toThrow('no marks on the clock');
  });

  it('explains words by others and the next five times', async () => {
    const { scheduler } = await fixture();
    const { words, next } = scheduler.explain('weekends at 9');
    expect(words).toBe('on weekends at 09:00');
    expect(next.map((time) => time.toString())).toEqual([
      '2026-03-07T09:00:00+01:00[Europe/Berlin]',
      '2026-03-08T09:00:00+01:00[Europe/Berlin]',
      '2026-03-14T09:00:00+01:00[Europe/Berlin]',
      '2026-03-15T09:00:00+01:00[Europe/Berlin]',
      '2026-03-21T09:00:00+01:00[Europe/Berlin]',
    ]);
  });
});

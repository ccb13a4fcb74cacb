import { describe, expect, it } from 'vitest';
import { errorCode, TestClient } from '../test-client.ts';

const states = {
  'input_boolean.guests': 'off',
  'input_number.level': { state: '20.0', attributes: { min: 0, max: 100, step: 0.5 } },
  'input_select.mode': { state: 'home', attributes: { options: ['home', 'away', 'night'] } },
  'input_text.note': { state: 'hello', attributes: { max: 10 } },
  'input_datetime.wake_up': { state: '07:30:00', attributes: { has_date: false } },
  'input_datetime.party': '2030-01-02 03:04:05',
  'input_button.bell': 'unknown',
  'counter.visits': { state: '0', attributes: { step: 2, maximum: 3 } },
  'timer.egg': { state: 'idle', attributes: { duration: '0:00:02' } },
};

const connected = (): Promise<TestClient> => TestClient.connected({ states });

describe('input helpers', () => {
  it.each([
    ['input_boolean.toggle', 'input_boolean.guests', {}, 'on'],
    ['input_number.set_value', 'input_number.level', { value: 33 }, '33.0'],
    ['input_number.set_value', 'input_number.level', { value: '33.5' }, '33.5'],
    ['input_number.increment', 'input_number.level', {}, '20.5'],
    ['input_number.decrement', 'input_number.level', {}, '19.5'],
    ['input_select.select_option', 'input_select.mode', { option: 'night' }, 'night'],
    ['input_select.select_next', 'input_select.mode', {}, 'away'],
    ['input_select.select_previous', 'input_select.mode', {}, 'night'],
    ['input_select.select_previous', 'input_select.mode', { cycle: false }, 'home'],
    ['input_select.select_last', 'input_select.mode', {}, 'night'],
    ['input_select.set_options', 'input_select.mode', { options: ['a', 'b'] }, 'a'],
    ['input_text.set_value', 'input_text.note', { value: 'bye' }, 'bye'],
    ['input_text.set_value', 'input_text.note', { value: 'far too long for it' }, 'hello'],
    ['input_datetime.set_datetime', 'input_datetime.wake_up', { time: '06:15:00' }, '06:15:00'],
    ['input_datetime.set_datetime', 'input_datetime.party', { date: '2031-05-06' }, '2031-05-06 03:04:05'],
    ['input_datetime.set_datetime', 'input_datetime.party', { datetime: '2031-05-06 07:08:09' }, '2031-05-06 07:08:09'],
    ['input_datetime.set_datetime', 'input_datetime.party', { timestamp: 0 }, '1970-01-01 01:00:00'],
    ['input_button.press', 'input_button.bell', {}, '2026-11-21T12:00:00.000001+00:00'],
    ['counter.increment', 'counter.visits', {}, '2'],
    ['counter.set_value', 'counter.visits', { value: 9 }, '3'],
  ])('%s of %s with %o makes it %s', async (service, entity, data, state) => {
    const client = await connected();
    expect(await client.call(service, entity, data)).toMatchObject({ success: true });
    expect(client.home.state(entity)).toBe(state);
  });

  it.each([
    ['input_number.set_value', 'input_number.level', { value: 500 }, 'invalid_format'],
    ['input_number.set_value', 'input_number.level', { value: 'much' }, 'invalid_format'],
    ['input_select.select_option', 'input_select.mode', { option: 'party' }, 'service_validation_error'],
    ['input_datetime.set_datetime', 'input_datetime.party', {}, 'invalid_format'],
    ['input_datetime.set_datetime', 'input_datetime.party', { timestamp: 0, date: '2031-05-06' }, 'invalid_format'],
    ['input_datetime.set_datetime', 'input_datetime.party', { date: 'tomorrow' }, 'invalid_format'],
  ])('%s of %s with %o is refused', async (service, entity, data, code) => {
    const client = await connected();
    expect(errorCode(await client.call(service, entity, data))).toBe(code);
    expect(client.home.state(entity)).toBe(client.home.state(entity));
  });

  it('says in numbers what a date is', async () => {
    const client = await connected();
    await client.call('input_datetime.set_datetime', 'input_datetime.party', { datetime: '2031-05-06 07:08:09' });
    const parts = { year: 2031, month: 5, day: 6, hour: 7, minute: 8, second: 9, timestamp: 1_935_810_489 };
    expect(client.home.attributes('input_datetime.party')).toMatchObject(parts);
  });
});

describe('timer', () => {
  it('runs out, pauses, goes on and is cancelled', async () => {
    const client = await connected();
    await client.command('subscribe_events', { event_type: 'timer.finished' });
    await client.call('timer.start', 'timer.egg', { duration: '00:01:00' });
    await client.clock.advanceBy(20_000);
    await client.call('timer.pause', 'timer.egg');
    expect(client.home.attributes('timer.egg')).toMatchObject({ remaining: '0:00:40' });
    await client.clock.advanceBy(100_000);
    await client.call('timer.start', 'timer.egg');
    await client.clock.advanceBy(39_000);
    expect(client.home.state('timer.egg')).toBe('active');
    await client.clock.advanceBy(1001);
    expect(client.home.state('timer.egg')).toBe('idle');
    expect(client.events(1)).toHaveLength(1);

    await client.call('timer.start', 'timer.egg');
    await client.call('timer.cancel', 'timer.egg');
    await client.clock.advanceBy(10_000);
    expect(client.events(1)).toHaveLength(0);
  });
});

import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { Presence } from './presence.ts';

const mode = 'input_select.house_mode';
const modes = { state: 'home', attributes: { options: ['home', 'away', 'night'] } };
const config = { mode, guests: 'input_boolean.guests', notify: 'notify.phone' } as const;

function house(people: Readonly<Record<string, string>>, state = 'home') {
  return runApp(Presence, {
    source: import.meta.resolve('./presence.ts'),
    config,
    home: { [mode]: { ...modes, state }, 'input_boolean.guests': 'off', ...people },
    notifiers: ['phone'],
  });
}

const bothHome = { 'person.anna': 'home', 'person.ben': 'home' };

describe('Presence', () => {
  it('goes to "away" ten minutes after the last one left, and tells', async () => {
    await using t = await house(bothHome);
    await t.set('person.anna', 'not_home');
    await t.advance('20m');
    expect(t.state(mode)).toBe('home');
    await t.set('person.ben', 'not_home');
    await t.advance('9m');
    expect(t.state(mode)).toBe('home');
    await t.advance('1m');
    expect(t.state(mode)).toBe('away');
    expect(t.calls('notify.phone')).toHaveLength(1);
  });

  it('goes to "home" at once when the first one arrives', async () => {
    await using t = await house({ 'person.anna': 'not_home', 'person.ben': 'not_home' }, 'away');
    await t.advance('1h');
    await t.set('person.ben', 'home');
    expect(t.state(mode)).toBe('home');
  });

  it('does not fall for a position that flaps', async () => {
    await using t = await house({ 'person.anna': 'home' });
    for (let flap = 0; flap < 5; flap += 1) {
      await t.set('person.anna', 'not_home');
      await t.advance('3m');
      await t.set('person.anna', 'home');
      await t.advance('3m');
    }
    expect(t.calls('input_select.select_option')).toEqual([]);
  });

  it('takes a phone that is unknown or unavailable for where it was last', async () => {
    await using t = await house({ 'person.anna': 'home', 'person.ben': 'not_home' });
    await t.set('person.anna', 'unknown');
    await t.advance('1h');
    await t.set('person.anna', 'unavailable');
    await t.advance('1h');
    expect(t.state(mode)).toBe('home');
  });

  it('stays away from "away" between zones, and counts from leaving home', async () => {
    await using t = await house({ 'person.anna': 'home' });
    await t.set('person.anna', 'not_home');
    await t.advance('6m');
    await t.set('person.anna', 'Work');
    await t.advance('4m');
    expect(t.state(mode)).toBe('away');
  });

  it('ends up right when the last one leaves as the first one arrives', async () => {
    await using t = await house({ 'person.anna': 'home', 'person.ben': 'not_home' });
    t.home.setState('person.anna', 'not_home');
    await t.set('person.ben', 'home');
    await t.advance('1h');
    expect(t.state(mode)).toBe('home');
  });

  it('keeps the house occupied while there are guests', async () => {
    await using t = await house({ 'person.anna': 'home' });
    await t.set('input_boolean.guests', 'on');
    await t.set('person.anna', 'not_home');
    await t.advance('1h');
    expect(t.state(mode)).toBe('home');
    await t.set('input_boolean.guests', 'off');
    await t.advance('10m');
    expect(t.state(mode)).toBe('away');
  });

  it('counts from leaving home over a restart, whatever zones came meanwhile', async () => {
    await using t = await house({ 'person.anna': 'home' });
    await t.set('person.anna', 'not_home');
    await t.advance('4m');
    await t.stop();
    await t.set('person.anna', 'Work');
    await t.advance('2m');
    await t.start();
    await t.advance('3m');
    expect(t.state(mode)).toBe('home');
    await t.advance('1m');
    expect(t.state(mode)).toBe('away');
    expect(t.calls('notify.phone')).toHaveLength(1);
  });

  it('puts right at start that all have left while it was down, without a word', async () => {
    await using t = await house(bothHome);
    await t.stop();
    await t.set('person.anna', 'not_home');
    await t.set('person.ben', 'not_home');
    await t.advance('1h');
    await t.start();
    expect(t.state(mode)).toBe('away');
    expect(t.calls('notify.phone')).toEqual([]);
  });

  it('puts right at start that somebody is back, and greets nobody again', async () => {
    await using t = await house({ 'person.anna': 'not_home' }, 'away');
    await t.stop();
    await t.set('person.anna', 'home');
    await t.start();
    expect(t.state(mode)).toBe('home');
    await t.restart({ down: '1h' });
    expect(t.calls('notify.phone')).toEqual([]);
  });

  it('leaves a mode that somebody has chosen over a restart', async () => {
    await using t = await house(bothHome);
    await t.set(mode, 'night');
    await t.restart({ down: '1m' });
    expect(t.state(mode)).toBe('night');
  });

  it.each(['unknown', 'unavailable'])('takes nobody for away who is %s since both have started', async (state) => {
    await using t = await house(bothHome);
    await t.set('person.anna', 'home', { device_trackers: ['device_tracker.phone'] });
    await t.set('person.ben', 'not_home');
    await t.stop();
    await t.set('person.anna', state);
    await t.start();
    await t.advance('1h');
    expect(t.state(mode)).toBe('home');
    await t.set('person.anna', 'not_home');
    await t.advance('10m');
    expect(t.state(mode)).toBe('away');
  });

  it('does not wait for somebody who has no tracker, and is unknown for ever', async () => {
    await using t = await house({ 'person.anna': 'home', 'person.owner': 'unknown' });
    await t.set('person.owner', 'unknown', { device_trackers: [] });
    await t.set('person.anna', 'not_home');
    await t.advance('10m');
    expect(t.state(mode)).toBe('away');
  });

  it('is right from the first start on where somebody is in', async () => {
    await using t = await house({ 'person.anna': 'home' }, 'away');
    expect(t.state(mode)).toBe('home');
    expect(t.calls('notify.phone')).toEqual([]);
  });

  it('counts somebody who is added later', async () => {
    await using t = await house({ 'person.anna': 'not_home' }, 'away');
    await t.advance('1h');
    await t.set('person.carla', 'not_home');
    await t.set('person.carla', 'home');
    expect(t.state(mode)).toBe('home');
  });
});

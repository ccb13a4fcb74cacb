import { describe, expect, it } from 'vitest';
import { App } from 'hassette';
import { runApp } from 'hassette/testing';

describe('a rule about two homes', () => {
  it('is asked when something changes in either', async () => {
    class Stove extends App {
      readonly rule = this.whenever(
        () => this.states.is('person.a', 'not_home') && this.homes.cabin.states.is('binary_sensor.gate', 'on'),
        { name: 'arriving' },
      );
    }
    await using t = await runApp(Stove, {
      home: { 'person.a': 'home' },
      homes: { cabin: { states: { 'binary_sensor.gate': 'off' } } },
    });
    await t.set('person.a', 'not_home');
    expect(t.app.rule.phase).toBe('off');
    await t.in('cabin').set('binary_sensor.gate', 'on');
    expect(t.app.rule.phase).toBe('on');
    await t.in('cabin').set('binary_sensor.gate', 'unavailable');
    await t.set('person.a', 'home');
    expect(t.app.rule.phase).toBe('off');
  });
});

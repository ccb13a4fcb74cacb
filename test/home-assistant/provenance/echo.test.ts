import { describe, expect, it } from 'vitest';
import { EntityState } from '../../../src/home-assistant/states/entity-state.ts';
import { contradicts, goesAgainst, isEcho } from '../../../src/home-assistant/provenance/echo.ts';

type Attributes = Readonly<Record<string, unknown>>;

function state(entityId: string, value: string, attributes: Attributes = {}, atS = 0): EntityState {
  const context = { contextId: 'C', parentId: null, userId: null };
  return new EntityState({ entityId, state: value, attributes, lastChangedS: atS, lastUpdatedS: atS, ...context });
}

const write = (service: string, data: Attributes = {}) => ({ service, data, atMs: 0 });
const turnOn = (data: Attributes = {}) => write('light.turn_on', data);

const toPosition = (position: number) => write('cover.set_cover_position', { position });
const at = (position: number): Attributes => ({ current_position: position });

describe('what a device reports after a call', () => {
  it.each<[string, ReturnType<typeof write>, [string, Attributes?], [string, Attributes?], number, boolean]>([
    ['the state that was asked for, late', turnOn(), ['off'], ['on', { brightness: 80 }], 60, true],
    ['… very late: somebody else has done it', turnOn(), ['off'], ['on'], 3600, false],
    ['the other state', turnOn(), ['on'], ['off'], 2, false],
    ['off, late', write('light.turn_off'), ['on', { brightness: 9 }], ['off', { brightness: null }], 30, true],
    [
      'a brightness in percent, rounded',
      turnOn({ brightness_pct: 60 }),
      ['on', { brightness: 153 }],
      ['on', { brightness: 152 }],
      20,
      true,
    ],
    [
      '… however late: it flickers by one',
      turnOn({ brightness_pct: 60 }),
      ['on', { brightness: 153 }],
      ['on', { brightness: 154 }],
      9000,
      true,
    ],
    [
      'another brightness',
      turnOn({ brightness_pct: 60 }),
      ['on', { brightness: 153 }],
      ['on', { brightness: 40 }],
      20,
      false,
    ],
    [
      'what was asked for, after something else',
      turnOn({ brightness: 200 }),
      ['on', { brightness: 40 }],
      ['on', { brightness: 200 }],
      20,
      true,
    ],
    ['… long after', turnOn({ brightness: 200 }), ['on', { brightness: 40 }], ['on', { brightness: 200 }], 3600, false],
    [
      'a step of a transition',
      turnOn({ brightness: 200, transition: 30 }),
      ['on', { brightness: 10 }],
      ['on', { brightness: 90 }],
      15,
      true,
    ],
    [
      '… after the end of it was announced',
      turnOn({ brightness: 200, transition: 30 }),
      ['on', { brightness: 200 }],
      ['on', { brightness: 40 }],
      8,
      true,
    ],
    [
      '… away from where it goes',
      turnOn({ brightness: 200, transition: 30 }),
      ['on', { brightness: 90 }],
      ['on', { brightness: 10 }],
      15,
      false,
    ],
    [
      '… when it should have ended',
      turnOn({ brightness: 200, transition: 30 }),
      ['on', { brightness: 90 }],
      ['on', { brightness: 120 }],
      60,
      false,
    ],
    ['a brightness that nobody asked for', turnOn(), ['on', { brightness: 90 }], ['on', { brightness: 10 }], 15, false],
    [
      'a colour that follows from another',
      turnOn({ color_temp_kelvin: 3000 }),
      ['on', { rgb_color: [0, 0, 0] }],
      ['on', { rgb_color: [255, 180, 107] }],
      8,
      true,
    ],
    [
      'a set point, rounded to the half degree',
      write('climate.set_temperature', { temperature: 20.3 }),
      ['heat', { temperature: 20.3 }],
      ['heat', { temperature: 20.5 }],
      400,
      true,
    ],
    [
      '… to a step of its own',
      write('climate.set_temperature', { temperature: 20.4 }),
      ['heat', { temperature: 20.4, target_temp_step: 1 }],
      ['heat', { temperature: 21, target_temp_step: 1 }],
      400,
      true,
    ],
    [
      'another set point',
      write('climate.set_temperature', { temperature: 20 }),
      ['heat', { temperature: 20 }],
      ['heat', { temperature: 23 }],
      20,
      false,
    ],
    [
      'another mode',
      write('climate.set_temperature', { temperature: 20 }),
      ['heat', { temperature: 20 }],
      ['off', { temperature: 20 }],
      20,
      false,
    ],
    ['a mode that was asked for', write('climate.set_hvac_mode', { hvac_mode: 'heat' }), ['off'], ['heat'], 20, true],
    ['a cover on its way', write('cover.close_cover'), ['opening'], ['closing', { current_position: 60 }], 9, true],
    [
      '… and there',
      write('cover.close_cover'),
      ['closing', { current_position: 60 }],
      ['closed', { current_position: 60 }],
      25,
      true,
    ],
    ['… a slow one', write('cover.close_cover'), ['closing', at(80)], ['closing', at(40)], 25, true],
    ['… that is stopped halfway', write('cover.close_cover'), ['closing', at(40)], ['open', at(40)], 25, false],
    ['… that is opened, and stopped', write('cover.open_cover'), ['opening', at(60)], ['open', at(70)], 25, false],
    ['a cover on its way to a position', toPosition(30), ['open', at(100)], ['closing', at(100)], 12, true],
    ['… a slow one', toPosition(30), ['closing', at(90)], ['closing', at(60)], 25, true],
    ['… and there', toPosition(30), ['closing', at(40)], ['open', at(31)], 40, true],
    ['… and there, at the ground', toPosition(0), ['closing', at(10)], ['closed', at(0)], 40, true],
    ['… that is stopped halfway', toPosition(30), ['closing', at(70)], ['open', at(60)], 25, false],
    ['… that goes the other way', toPosition(30), ['open', at(30)], ['opening', at(40)], 60, false],
    ['… that is there, and goes on', toPosition(30), ['closing', at(30)], ['closing', at(10)], 60, false],
    ['… an hour later', toPosition(30), ['closing', at(90)], ['closing', at(60)], 3600, false],
    ['a cover that does not say where it is', toPosition(30), ['open'], ['closing'], 12, true],
    ['a valve on its way', write('valve.open_valve'), ['opening', at(10)], ['opening', at(50)], 25, true],
    ['a lock that locks', write('lock.lock'), ['locking'], ['locked'], 5, true],
    ['a lock that somebody opens', write('lock.lock'), ['locked'], ['unlocked'], 5, false],
    ['what nobody sets', turnOn(), ['on', { power: 3 }], ['on', { power: 4 }], 5, false],
    ['that it is gone', turnOn(), ['on'], ['unavailable'], 5, false],
    ['what was so before the call', { ...turnOn(), atMs: 60_000 }, ['off'], ['on'], 5, false],
  ])('%s', (_what, call, [from, before], [to, after], atS, expected) => {
    const [domain = ''] = call.service.split('.');
    expect(isEcho(call, state(`${domain}.a`, from, before), state(`${domain}.a`, to, after, atS))).toBe(expected);
  });
});

describe('what goes against a call', () => {
  it.each<[string, Attributes, string, Attributes, boolean]>([
    ['light.turn_on', {}, 'off', {}, true],
    ['light.turn_on', { brightness_pct: 60 }, 'on', { brightness: 152 }, false],
    ['light.turn_on', { brightness_pct: 60 }, 'on', { brightness: 20 }, true],
    ['light.turn_off', {}, 'on', {}, true],
    ['climate.set_temperature', { temperature: 20 }, 'heat', { temperature: 23 }, true],
    ['climate.set_temperature', { temperature: 20 }, 'heat', { temperature: 20, current_temperature: 18 }, false],
    ['vacuum.start', {}, 'cleaning', {}, false],
    ['cover.set_cover_position', { position: 30 }, 'closing', { current_position: 60 }, false],
    ['cover.set_cover_position', { position: 30 }, 'open', { current_position: 60 }, true],
    ['cover.set_cover_position', { position: 30 }, 'open', { current_position: 30 }, false],
    ['cover.close_cover', {}, 'closing', { current_position: 60 }, false],
    ['cover.open_cover', {}, 'open', { current_position: 60 }, true],
  ])('%s %j, and it is %s %j', (service, data, value, attributes, expected) => {
    expect(goesAgainst(write(service, data), state(`${service.split('.')[0]}.a`, value, attributes, 9))).toBe(expected);
  });

  it('is seen at once where it comes under the context of the call itself', () => {
    expect(contradicts(turnOn(), state('light.a', 'off'))).toBe(true);
    expect(contradicts(turnOn(), state('light.a', 'on'))).toBe(false);
    expect(contradicts(write('light.toggle'), state('light.a', 'off'))).toBe(false);
  });
});

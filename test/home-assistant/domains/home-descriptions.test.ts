import { describe, expect, it } from 'vitest';
import { describedBy, type DescriptionAnswers, lookOf } from '../../../src/home-assistant/domains/home-descriptions.ts';

const answers: DescriptionAnswers = {
  config: { version: '2026.11.0' },
  services: {
    script: {
      reload: { fields: {} },
      good_night: { name: 'Good night', description: 'Of this home alone.', fields: {} },
    },
    light: {
      turn_on: {
        name: 'Turn on',
        description: 'A text.',
        fields: {
          transition: { description: 'Another.', example: 3, selector: { number: { min: 0 } } },
          more: {
            collapsed: true,
            fields: {
              flash: {
                required: true,
                selector: { select: { options: [{ value: 'short', label: 'Short' }], translation_key: 'flash' } },
              },
            },
          },
        },
        target: { entity: [{ domain: ['light'] }] },
      },
      turn_off: { fields: {}, target: null },
    },
  },
  serviceTexts: {
    resources: {
      'component.light.services.turn_on.name': 'Turn on',
      'component.light.services.turn_off.name': 'Turn off',
      'component.light.services.turn_off.fields.transition.name': 'Transition',
      'component.script.services.reload.name': 'Reload',
      'component.gone.services.turn_on.name': 'Not set up',
    },
  },
  stateTexts: {
    resources: {
      'component.light.entity_component._.state.on': 'On',
      'component.light.entity_component._.state.off': 'Off',
      'component.light.entity_component._.state_attributes.effect.state.off': 'Off',
      'component.binary_sensor.entity_component.door.state.on': 'Open',
    },
  },
  states: [
    { entity_id: 'sensor.a', state: '21.5' },
    { entity_id: 'sensor.b', state: 'unavailable' },
    { entity_id: 'sensor.c', state: 'hello' },
    { entity_id: 'sensor.d', state: '-3' },
  ].map((state) => ({
    ...state,
    attributes: {},
    last_changed: '',
    last_updated: '',
    context: { id: '', parent_id: null, user_id: null },
  })),
  numericDeviceClasses: { numeric_device_classes: ['power', 'energy'] },
};

describe('describedBy', () => {
  it('keeps what is the same in every home, sorted, and no text', () => {
    expect(describedBy(answers)).toEqual({
      version: '2026.11.0',
      services: {
        light: {
          turn_off: { fields: {} },
          turn_on: {
            fields: {
              transition: { selector: { number: { min: 0 } } },
              more: { fields: { flash: { required: true, selector: { select: { options: [{ value: 'short' }] } } } } },
            },
            target: { entity: [{ domain: ['light'] }] },
          },
        },
        script: { reload: { fields: {} } },
      },
      words: { light: ['off', 'on'] },
      seen: { sensor: ['number', 'text'] },
      numericDeviceClasses: ['energy', 'power'],
    });
    expect(Object.keys(describedBy(answers).services)).toEqual(['light', 'script']);
  });
});

describe('lookOf', () => {
  it.each([
    ['21.5', 'number'],
    ['-3', 'number'],
    ['2020-01-01', 'date'],
    ['12:00:00', 'time'],
    ['2030-01-02 03:04:05', 'date-time'],
    ['2020-01-01T12:00:00+00:00', 'moment'],
    ['2026-11-21T17:45:00.123456+00:00', 'moment'],
    ['on', 'text'],
    ['', 'text'],
    ['12:00', 'text'],
  ])('takes "%s" for a %s', (state, look) => {
    expect(lookOf(state)).toBe(look);
  });
});

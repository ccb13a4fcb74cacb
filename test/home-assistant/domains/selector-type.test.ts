import fc from 'fast-check';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { keyOf, quoted, selectorType } from '../../../src/home-assistant/domains/selector-type.ts';

function errorsIn(source: string): readonly unknown[] {
  return parseSync('a.ts', source).errors;
}

describe('selectorType', () => {
  it.each<[Readonly<Record<string, unknown>> | undefined, string]>([
    [{ boolean: {} }, 'boolean'],
    [{ boolean: null }, 'boolean'],
    [{ number: { min: 0, max: 100 } }, 'number'],
    [{ color_temp: { unit: 'kelvin', min: 2000, max: 6500 } }, 'number'],
    [{ color_rgb: {} }, 'Rgb'],
    [{ duration: { enable_second: true } }, 'DurationField'],
    [{ text: { multiline: true } }, 'string'],
    [{ text: { multiple: true } }, 'Several<string>'],
    [{ entity: { multiple: true, domain: ['light'] } }, 'Several<string>'],
    [{ date: {} }, 'string'],
    [{ state: { attribute: 'effect' } }, 'string'],
    [{ media: { multiple: true } }, 'Several<MediaItem>'],
    [{ select: { options: ['short', 'long'] } }, "'long' | 'short'"],
    [{ select: { options: [{ value: 'a', label: 'A' }, 'b'], multiple: true } }, "Several<'a' | 'b'>"],
    [{ select: { options: ['a'], custom_value: true } }, "'a' | (string & {})"],
    [{ select: { options: [] } }, 'string'],
    [{ select: {} }, 'string'],
    [{ constant: { value: true } }, 'true'],
    [{ constant: {} }, 'unknown'],
    [{ object: {} }, 'unknown'],
    [
      {
        object: { fields: { id: { required: true, selector: { text: {} } }, 'of what': { selector: { number: {} } } } },
      },
      "{ readonly id: string; readonly 'of what'?: number | undefined }",
    ],
    [{ selector_of_next_year: { multiple: true } }, 'unknown'],
    [{ text: {}, number: {} }, 'unknown'],
    [{}, 'unknown'],
    [undefined, 'unknown'],
  ])('takes %j for %s', (selector, type) => {
    expect(selectorType(selector).type).toBe(type);
  });

  it.each<[Readonly<Record<string, unknown>>, string | undefined]>([
    [{ number: { min: 0, max: 100, unit_of_measurement: '%' } }, '0 to 100 %.'],
    [{ number: { min: 1 } }, 'At least 1.'],
    [{ number: { max: 5, unit_of_measurement: 's' } }, 'At most 5 s.'],
    [{ number: { unit_of_measurement: 'm' } }, 'In m.'],
    [{ number: {} }, undefined],
    [{ color_temp: { unit: 'kelvin', min: 2000, max: 6500 } }, '2000 to 6500 K.'],
    [{ time: {} }, 'As in `18:30:00`.'],
    [{ text: {} }, undefined],
  ])('remarks of %j: %s', (selector, remark) => {
    expect(selectorType(selector).remark).toBe(remark);
  });

  it('makes TypeScript of whatever a home may say', () => {
    const kinds = ['text', 'select', 'number', 'object', 'constant', 'media', 'entity', 'state', 'whatever'];
    const options = fc.dictionary(
      fc.constantFrom('options', 'fields', 'multiple', 'custom_value', 'value', 'min', 'unit_of_measurement'),
      fc.oneof(
        fc.jsonValue(),
        fc.array(fc.string()),
        fc.dictionary(fc.string(), fc.constant({ selector: { text: {} } })),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.oneof(options, fc.jsonValue()), (kind, given) => {
        const { type } = selectorType({ [kind]: given });
        expect(errorsIn(`type Field = [${type}];`)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('quoted', () => {
  it('gives a literal that means the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line typescript/no-implied-eval -- what a literal means is what JavaScript takes it for
        expect(new Function(`return ${quoted(text)}`)()).toBe(text);
      }),
    );
    expect(quoted(`it's "\\'`)).toBe(String.raw`'it\'s "\\\''`);
  });
});

describe('keyOf', () => {
  it('quotes what is no name', () => {
    expect(['brightness_pct', 'of what', '2nd', "it's"].map(keyOf)).toEqual([
      'brightness_pct',
      "'of what'",
      "'2nd'",
      String.raw`'it\'s'`,
    ]);
  });
});

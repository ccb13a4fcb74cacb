import { describe, expectTypeOf, it } from 'vitest';
import type { Api } from '../../src/home-assistant/api/api.ts';
import type { Forecasts } from '../../src/home-assistant/domains/service-shapes.ts';

declare const api: Api;
declare const id: string;
declare const notify: `notify.${string}`;
declare const bright: boolean;

describe('api.call, by type', () => {
  it('takes what is right', () => {
    const right = () => [
      api.call('light.turn_on', { target: 'light.kitchen', data: { brightness_pct: 40, effect: undefined } }),
      api.call('light.turn_on', { target: id, data: { rgb_color: [255, 0, 0] }, timeout: '5s', validate: false }),
      api.call('light.turn_off', { target: ['light.a', 'light.b'] }),
      api.call('light.turn_off', { target: { area_id: 'kitchen', label_id: ['night'] } }),
      api.call(bright ? 'light.turn_on' : 'light.turn_off', { target: id }),
      api.call('homeassistant.restart'),
      api.call('my_integration.service'),
      api.call('my_integration.service', { data: { anything: 1 } }),
      api.call(notify, { data: { message: 'x' } }),
    ];
    expectTypeOf(right).toBeFunction();
  });

  it('knows responses', () => {
    const named = () =>
      api.call('weather.get_forecasts', { target: 'weather.home', data: { type: 'daily' }, returnResponse: true });
    expectTypeOf<Awaited<ReturnType<typeof named>>>().toEqualTypeOf<{ readonly 'weather.home': Forecasts }>();
    const any = () => api.call('weather.get_forecasts', { target: id, data: { type: 'daily' }, returnResponse: true });
    expectTypeOf<Awaited<ReturnType<typeof any>>>().toEqualTypeOf<{ readonly [x: string]: Forecasts }>();
    const own = () => api.call('script.answer', { data: { question: 'x' }, returnResponse: true });
    expectTypeOf<Awaited<ReturnType<typeof own>>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
    const none = () => api.call('light.turn_on', { target: id });
    expectTypeOf<Awaited<ReturnType<typeof none>>>().toEqualTypeOf<void>();
  });

  it('refuses what is wrong', () => {
    const wrong = () => [
      // @ts-expect-error There is no such field.
      api.call('light.turn_on', { target: id, data: { brightnes_pct: 40 } }),
      // @ts-expect-error It is a number.
      api.call('light.turn_on', { target: id, data: { brightness_pct: '40' } }),
      // @ts-expect-error A light is needed.
      api.call('light.turn_on', { data: { brightness_pct: 40 } }),
      // @ts-expect-error A light is needed.
      api.call('light.turn_on'),
      // @ts-expect-error There is no such option.
      api.call('light.turn_on', { targt: id, target: id }),
      // @ts-expect-error It is `area` or `area_id`.
      api.call('light.turn_on', { target: { aera: 'kitchen' } }),
      // @ts-expect-error `value` is needed.
      api.call('input_number.set_value', { target: id }),
      // @ts-expect-error `value` is needed.
      api.call('input_number.set_value', { target: id, data: {} }),
      // @ts-expect-error It does nothing but respond.
      api.call('weather.get_forecasts', { target: id, data: { type: 'daily' } }),
      // @ts-expect-error It does not respond.
      api.call('light.turn_on', { target: id, returnResponse: true }),
      // @ts-expect-error It has no fields.
      api.call('homeassistant.reload_all', { data: { x: 1 } }),
      // @ts-expect-error Times have units.
      api.call('light.turn_on', { target: id, timeout: 5 }),
    ];
    expectTypeOf(wrong).toBeFunction();
  });
});

import { describe, expect, it } from 'vitest';
import { Api } from '../../src/home-assistant/api/api.ts';
import { type EntityContext, entityHandle } from '../../src/home-assistant/entity.ts';
import { startHome } from './home-fixture.ts';

async function startEntities() {
  const t = await startHome();
  t.link.connect({
    'light.a': { s: 'on', a: { brightness: 120 }, c: 'C', lc: 100 },
    'light.b': { s: 'on', a: { friendly_name: 'Kitchen' }, c: 'C', lc: 100 },
    'sensor.lux': '35',
    'weather.home': 'sunny',
    'vacuum.robot': 'docked',
    'todo.chores': '1',
  });
  await t.clock.settle();
  const logger = t.logging.logger('app.hallway');
  const asked: unknown[] = [];
  const context: EntityContext = {
    override: () => null,
    home: t.home,
    api: new Api({ home: t.home, life: t.life, clock: t.clock, logger, app: 'hallway' }),
    onStateChange: (...given) => {
      asked.push(given);
      const counters = {
        received: 0,
        matched: 0,
        invalid: 0,
        filtered: 0,
        run: 0,
        coalesced: 0,
        dropped: 0,
        failed: 0,
      };
      return { name: 'x', active: true, counters, cancel: () => undefined, [Symbol.dispose]: () => undefined };
    },
    waitFor: (...given) => {
      asked.push(given);
      return Promise.resolve(null);
    },
  };
  return { ...t, asked, entity: <const Id extends string>(entityId: Id) => entityHandle(entityId, context) };
}

describe('an entity', () => {
  it('has the present state', async () => {
    await using t = await startEntities();
    const lamp = t.entity('light.a');
    expect(lamp).toMatchObject({
      entityId: 'light.a',
      domain: 'light',
      state: 'on',
      number: undefined,
      available: true,
    });
    expect(lamp.attributes).toEqual({ brightness: 120 });
    expect(lamp.lastChanged?.epochMilliseconds).toBe(100_000);
    t.link.change('light.a', 'unavailable');
    expect(lamp.state).toBe('unavailable');
    expect(lamp.available).toBe(false);
    expect(t.entity('sensor.lux').number).toBe(35);
  });

  it('has the name that people gave it, or else its id', async () => {
    await using t = await startEntities();
    expect(t.entity('light.b').name).toBe('Kitchen');
    expect(t.entity('light.a').name).toBe('light.a');
    expect(t.entity('light.gone').name).toBe('light.gone');
  });

  it.each(['light', '', undefined, null, 3])('is none where its id is %j', async (given) => {
    await using t = await startEntities();
    const entity = t.entity as (entityId: unknown) => unknown;
    expect(() => entity(given)).toThrow(/ is no entity id$/);
  });

  it('may not be there', async () => {
    await using t = await startEntities();
    const gone = t.entity('light.gone');
    expect([gone.state, gone.number, gone.available, gone.current]).toEqual([undefined, undefined, false, undefined]);
    expect(gone.attributes).toEqual({});
    expect(JSON.stringify([gone, t.entity('sensor.lux')])).toMatch(
      /^\[{"entityId":"light.gone"},{"entityId":"sensor.lux","state":"35"/,
    );
  });

  it("has its domain's services as methods", async () => {
    await using t = await startEntities();
    await t.entity('light.a').turnOn({ brightness_pct: 40 });
    await t.entity('light.a').turnOff();
    await t.entity('vacuum.robot').returnToBase();
    expect(t.link.calls).toEqual([
      { call: 'light.turn_on', target: { entity_id: 'light.a' }, data: { brightness_pct: 40 } },
      { call: 'light.turn_off', target: { entity_id: 'light.a' }, data: undefined },
      { call: 'vacuum.return_to_base', target: { entity_id: 'vacuum.robot' }, data: undefined },
    ]);
  });

  it('gives its own part of a response, asked for without being told', async () => {
    await using t = await startEntities();
    t.link.answer = () => ({ response: { 'weather.home': { forecast: [{ datetime: 'x', temperature: 20 }] } } });
    const { forecast } = await t.entity('weather.home').getForecasts({ type: 'daily' });
    expect(forecast[0]?.temperature).toBe(20);
    expect(t.link.sent.at(-1)?.command['return_response']).toBe(true);
  });

  it('calls by name what has no type', async () => {
    await using t = await startEntities();
    t.link.fire('service_registered', { domain: 'sensor', service: 'calibrate_now' });
    await t.entity('sensor.lux')['calibrateNow']?.({ offset: 1 }, { timeout: '5s' });
    await t.entity('sensor.lux').call('calibrate_now');
    expect(t.link.calls).toEqual([
      { call: 'sensor.calibrate_now', target: { entity_id: 'sensor.lux' }, data: { offset: 1 } },
      { call: 'sensor.calibrate_now', target: { entity_id: 'sensor.lux' }, data: undefined },
    ]);
  });

  it('refuses a method that is no service, and names the nearest', async () => {
    await using t = await startEntities();
    const lamp: object = t.entity('light.a');
    await expect(Reflect.apply(Reflect.get(lamp, 'turnOnn'), lamp, [])).rejects.toMatchObject({
      code: 'UNKNOWN_SERVICE',
      hint: 'Did you mean "light.turn_on"?',
    });
  });

  it('is no promise, so that it can be returned and awaited', async () => {
    await using t = await startEntities();
    const lamp = t.entity('light.a');
    // oxlint-disable-next-line typescript/await-thenable -- that awaiting it is harmless is what is tested
    expect(await lamp).toBe(lamp);
    expect(Object.keys(lamp)).toEqual(['entityId', 'domain']);
  });

  it("hands its subscriptions to the app's bus", async () => {
    await using t = await startEntities();
    const lamp = t.entity('light.a');
    const handler = (): void => undefined;
    lamp.onChange(handler);
    lamp.onChange({ to: 'on' }, handler);
    await expect(lamp.waitFor({ to: 'off', timeout: '5s' })).resolves.toBeNull();
    expect(t.asked).toEqual([
      ['light.a', handler, undefined],
      ['light.a', { to: 'on' }, handler],
      ['light.a', { to: 'off', timeout: '5s' }],
    ]);
  });

  it('refuses by type what is wrong', async () => {
    await using t = await startEntities();
    const lamp = t.entity('light.a');
    const wrong = (): unknown[] => [
      // @ts-expect-error There is no such service.
      lamp.turnOnn(),
      // @ts-expect-error Nor such a field.
      lamp.turnOn({ brightnes_pct: 40 }),
      // @ts-expect-error The type of a forecast is needed.
      t.entity('weather.home').getForecasts(),
      // @ts-expect-error A light is never "onn".
      lamp.onChange({ to: 'onn' }, () => undefined),
      // @ts-expect-error Reloading is no service of an entity.
      t.entity('input_boolean.x').reload(),
    ];
    const any: string = 'light.a';
    const right = (): unknown[] => [t.entity(any).turnOn({ whatever: 1 }), t.entity(any).toggle()];
    expect(right).toBeTypeOf('function');
    expect(wrong).toBeTypeOf('function');
  });
});

import { describe, expect, it } from 'vitest';
import type { ServicesResult } from '../../../src/home-assistant/protocol/wire.ts';
import { ServiceCatalogue } from '../../../src/home-assistant/calls/service-catalogue.ts';

const LIGHT: ServicesResult = { light: { turn_on: { fields: { effect: {} } }, turn_off: { fields: {} } } };

function catalogue() {
  const asked: PromiseWithResolvers<ServicesResult>[] = [];
  const services = new ServiceCatalogue(() => {
    const question = Promise.withResolvers<ServicesResult>();
    asked.push(question);
    return question.promise;
  });
  return { services, asked };
}

describe('ServiceCatalogue', () => {
  it('knows nothing before it has asked', () => {
    const { services } = catalogue();
    expect(services.fresh).toBe(false);
    expect(services.get('light.turn_on')).toBeUndefined();
  });

  it('asks once, however many want to know', async () => {
    const { services, asked } = catalogue();
    const both = Promise.all([services.refresh(), services.refresh()]);
    asked[0]?.resolve(LIGHT);
    await both;
    expect(asked).toHaveLength(1);
    expect(services.fresh).toBe(true);
    expect([...services.ids()]).toEqual(['light.turn_on', 'light.turn_off']);
    expect(services.get('light.turn_on')).toMatchObject({ id: 'light.turn_on', domain: 'light' });
    expect(services.get('light.turn_on')).toBe(services.get('light.turn_on'));
  });

  it('follows what comes and goes', async () => {
    const { services, asked } = catalogue();
    const loaded = services.refresh();
    asked[0]?.resolve(LIGHT);
    await loaded;
    expect(services.get('light.turn_off')).toBeTypeOf('object');
    services.registered('script.new');
    services.removed('light.turn_off');
    expect(services.get('script.new')).toBe('undescribed');
    expect(services.get('light.turn_off')).toBeUndefined();
    services.registered('light.turn_on');
    expect(services.get('light.turn_on')).toBe('undescribed');
  });

  it('does not lose what comes while the home answers', async () => {
    const { services, asked } = catalogue();
    const loaded = services.refresh();
    services.registered('script.late');
    services.removed('light.turn_off');
    asked[0]?.resolve(LIGHT);
    await loaded;
    expect([...services.ids()]).toEqual(['light.turn_on', 'script.late']);
  });

  it('drops the answer of a connection that is gone', async () => {
    const { services, asked } = catalogue();
    const loaded = services.refresh();
    services.expire();
    asked[0]?.resolve(LIGHT);
    await loaded;
    expect(services.fresh).toBe(false);
    expect(services.size).toBe(0);
  });

  it('keeps what it knew until the home is asked again', async () => {
    const { services, asked } = catalogue();
    const loaded = services.refresh();
    asked[0]?.resolve(LIGHT);
    await loaded;
    services.expire();
    expect(services.fresh).toBe(false);
    expect(services.get('light.turn_on')).toBeTypeOf('object');
    const again = services.refresh();
    asked[1]?.reject(new Error('away'));
    await expect(again).rejects.toThrow('away');
    const third = services.refresh();
    asked[2]?.resolve({});
    await third;
    expect(services.get('light.turn_on')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { knownService } from '../../../src/home-assistant/calls/known-service.ts';
import { checkCall, type CallToCheck, type HomeKnowledge } from '../../../src/home-assistant/calls/service-check.ts';
import { domainOf } from '../../../src/home-assistant/states/entity-state.ts';
import { DESCRIPTIONS } from '../descriptions.ts';

const ENTITIES = [
  'light.kitchen',
  'light.hall',
  'switch.fan',
  'group.all_lights',
  'media_player.tv',
  'todo.chores',
  'input_number.level',
];
const SERVICES = new Map(
  Object.entries(DESCRIPTIONS).flatMap(([domain, services]) =>
    Object.entries(services).map(([service, description]) => {
      const id = `${domain}.${service}`;
      return [id, knownService(id, description)] as const;
    }),
  ),
);
const home: HomeKnowledge = {
  home: 'default',
  service: (id) => (id === 'new.service' ? 'undescribed' : SERVICES.get(id)),
  serviceIds: () => SERVICES.keys(),
  hasEntity: (entityId) => ENTITIES.includes(entityId),
  entityIds: (domain) => ENTITIES.filter((entityId) => domain === undefined || domainOf(entityId) === domain),
  missingPlaces: ({ area_id: area }) => (area === 'kichen' ? ['no area "kichen"; did you mean "kitchen"?'] : []),
};

function check(service: string, call: Partial<CallToCheck> = {}): string {
  const verdict = checkCall({ service, target: undefined, data: {}, returnResponse: false, ...call }, home);
  if (verdict.kind === 'fine') return 'fine';
  if (verdict.kind === 'doubtful') return `doubtful: ${verdict.doubts.join(' | ')}`;
  return `${verdict.error.code}: ${verdict.error.message} / ${verdict.error.hint ?? ''}`;
}

const kitchen = { entity_id: 'light.kitchen' };

describe('checkCall', () => {
  it('lets pass what is right', () => {
    expect(check('light.turn_on', { target: kitchen, data: { brightness_pct: 40, rgbw_color: [1, 2, 3, 4] } })).toBe(
      'fine',
    );
    expect(check('light.turn_on', { target: { area_id: 'kitchen' } })).toBe('fine');
    expect(check('light.turn_on', { target: { entity_id: 'all' } })).toBe('fine');
    expect(check('light.turn_on', { target: { entity_id: 'Light.Kitchen, light.HALL' } })).toBe('fine');
    expect(check('light.turn_on', { target: { entity_id: [] } })).toBe('fine');
    expect(check('light.turn_on', { data: { entity_id: 'light.kitchen' } })).toBe('fine');
    expect(check('light.turn_off', { target: { entity_id: 'group.all_lights' } })).toBe('fine');
    expect(check('homeassistant.turn_on', { target: { entity_id: ['light.kitchen', 'switch.fan'] } })).toBe('fine');
    expect(check('homeassistant.restart')).toBe('fine');
  });

  it('lets pass a service of which only the name is known', () => {
    expect(check('new.service', { data: { whatever: 1 } })).toBe('fine');
  });

  it('takes a field that is undefined for one that is not there', () => {
    expect(check('light.turn_on', { target: kitchen, data: { brightnes: undefined } })).toBe('fine');
    expect(
      check('input_number.set_value', { target: { entity_id: 'input_number.level' }, data: { value: undefined } }),
    ).toMatch(/^MISSING_FIELD/);
  });

  it('refuses a service that is not there, and names the nearest', () => {
    expect(check('light.turn_onn')).toBe(
      'UNKNOWN_SERVICE: No service "light.turn_onn" in home "default" / Did you mean "light.turn_on"?',
    );
    expect(check('ligth.turn_on')).toMatch(/Did you mean "light.turn_on"\?/);
    expect(check('lock.quite_something')).toMatch(/There is "lock.unlock", "lock.lock", "lock.open"/);
    expect(check('zha.permit')).toMatch(/No integration of "default" has services of the domain "zha"/);
  });

  it('refuses a call for nothing but entities that are not there', () => {
    expect(check('light.turn_on', { target: { entity_id: 'light.kitchn' } })).toBe(
      'UNKNOWN_ENTITY: No entity "light.kitchn" in home "default", in a call of light.turn_on / Did you mean "light.kitchen"?',
    );
    expect(check('light.turn_on', { data: { entity_id: ['light.nowhere'] } })).toMatch(/^UNKNOWN_ENTITY/);
  });

  it('sends what has something else to act on as well, with a doubt', () => {
    expect(check('light.turn_on', { target: { entity_id: ['light.kitchen', 'light.hal'] } })).toBe(
      'doubtful: No entity "light.hal" in home "default", in a call of light.turn_on. Did you mean "light.hall"?',
    );
    expect(check('light.turn_on', { target: { entity_id: 'light.gone', area_id: 'kitchen' } })).toMatch(/^doubtful/);
  });

  it('does not judge entities where a service says nothing of a target', () => {
    expect(check('logbook.log', { data: { name: 'a', message: 'b', entity_id: 'light.gone' } })).toBe('fine');
    expect(check('homeassistant.update_entity', { target: { entity_id: 'light.gone' } })).toMatch(
      /^doubtful: No entity/,
    );
  });

  it('refuses entities of a domain that the service passes over', () => {
    expect(check('light.turn_on', { target: { entity_id: 'switch.fan' } })).toBe(
      'WRONG_DOMAIN: light.turn_on does nothing to "switch.fan" / Did you mean "switch.turn_on"? "homeassistant.turn_on" and its kin take entities of all domains.',
    );
    expect(check('todo.get_items', { target: kitchen, returnResponse: true })).toMatch(
      /It is for entities of the domain "todo"/,
    );
  });

  it('refuses a target that is none', () => {
    expect(check('light.turn_on')).toMatch(/^INVALID_TARGET: light.turn_on needs a target/);
    expect(check('light.turn_on', { target: { entity_id: 'kitchen' } })).toMatch(
      /^INVALID_TARGET: "kitchen" is not an entity id/,
    );
    expect(check('light.turn_on', { target: { entity_id: '{{ x }}' } })).toMatch(/Templates are not rendered/);
    expect(check('light.turn_on', { target: { entity_id: ['all'] } })).toMatch(/^INVALID_TARGET/);
    const room: object = { room: 'kitchen' };
    expect(check('light.turn_on', { target: room })).toMatch(/^INVALID_TARGET: "room" is not a part of a target/);
  });

  it('sends a target that names an area which is not there, with a doubt', () => {
    expect(check('light.turn_on', { target: { area_id: 'kichen' } })).toBe(
      'doubtful: Home "default" has no area "kichen"; did you mean "kitchen"?, in a call of light.turn_on',
    );
  });

  it('refuses a field whose name is a slip', () => {
    expect(check('light.turn_on', { target: kitchen, data: { brightnes_pct: 40 } })).toBe(
      'UNKNOWN_FIELD: `brightnes_pct` is not a field of light.turn_on / Did you mean `brightness_pct`?',
    );
    expect(check('light.turn_on', { target: kitchen, data: { Brightness: 40 } })).toMatch(/^UNKNOWN_FIELD/);
    expect(check('notify.persistent_notification', { data: { mesage: 'x' } })).toMatch(/Did you mean `message`\?/);
  });

  it('sends a field that is like none it knows, with a doubt: not all are described', () => {
    expect(check('light.toggle', { target: kitchen, data: { adaptive: true } })).toMatch(
      /^doubtful: `adaptive` is not a field of light.toggle as far as it is described(\. Did you mean .*\?)?$/,
    );
    expect(check('light.toggle', { target: kitchen, data: { brightness_step_pct: 10 } })).toBe('fine');
    expect(check('device_tracker.see', { data: { dev_id: 'a', hostname: 'b' } })).toBe('fine');
  });

  it('refuses a call without a field that is required', () => {
    expect(check('input_number.set_value', { target: { entity_id: 'input_number.level' } })).toMatch(
      /^MISSING_FIELD: input_number.set_value needs `value`/,
    );
    expect(check('persistent_notification.create')).toMatch(/needs `message` \/ For example `data: { message: /);
  });

  it('knows where a description asks for more than Home Assistant does', () => {
    const tv = { entity_id: 'media_player.tv' };
    expect(check('media_player.play_media', { target: tv })).toMatch(/^MISSING_FIELD/);
    expect(
      check('media_player.play_media', { target: tv, data: { media_content_id: 'a', media_content_type: 'b' } }),
    ).toBe('fine');
    expect(check('homeassistant.reload_config_entry', { target: kitchen })).toBe('fine');
    expect(check('homeassistant.reload_config_entry')).toMatch(/^MISSING_FIELD/);
    expect(check('timer.change', { target: { entity_id: 'timer.a', area_id: 'b' } })).toMatch(/^doubtful: No entity/);
    expect(check('homeassistant.update_entity', { target: kitchen })).toBe('fine');
  });

  it("lets a person's own scripts be called with more and less than they describe", () => {
    expect(check('script.answer')).toBe('doubtful: script.answer needs `question`, says its description');
    expect(check('script.answer', { data: { question: 'a', questoin: 'b' } })).toMatch(
      /^doubtful: `questoin` is not a field/,
    );
  });

  it('knows which services respond', () => {
    expect(check('light.turn_on', { target: kitchen, returnResponse: true })).toMatch(
      /^RESPONSE_MISMATCH: light.turn_on gives no/,
    );
    expect(check('todo.get_items', { target: { entity_id: 'todo.chores' } })).toMatch(
      /^RESPONSE_MISMATCH.*Add `returnResponse: true`/,
    );
    expect(check('todo.get_items', { target: { entity_id: 'todo.chores' }, returnResponse: true })).toBe('fine');
    expect(check('script.answer', { data: { question: 'a' }, returnResponse: true })).toBe('fine');
  });

  it('finds a field in a section, however deep', () => {
    const nested = knownService('a.b', {
      fields: { plain: {}, section: { fields: { inner: { required: true }, deeper: { fields: { innermost: {} } } } } },
    });
    expect([...nested.fields.keys()]).toEqual(['plain', 'inner', 'innermost']);
    expect(nested.takesTarget).toBe(false);
  });

  it.each([
    [{ entity: [{ domain: ['a', 'c'] }] }, true],
    [{ entity: { domain: 'a' } }, true],
    [{ entity: [{ integration: 'x' }] }, false],
    [{ entity: [{ domain: ['c'] }] }, false],
    [{ device: [{ domain: ['a'] }] }, false],
    [{}, false],
    [null, false],
  ])('reads a target of %j', (target, own) => {
    const service = knownService('a.b', { fields: {}, target });
    expect(service.actsOnOwnEntities).toBe(own);
    expect(service.takesTarget).toBe(target !== null);
  });
});

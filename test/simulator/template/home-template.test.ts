import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { SimulatedHome } from '../../../src/simulator/simulated-home.ts';
import { HomeTemplate } from '../../../src/simulator/template/home-template.ts';
import { TestClient } from '../test-client.ts';

function render(template: string): string {
  const home = new SimulatedHome({
    clock: new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') }),
    states: { 'light.a': 'on', 'light.b': 'off', 'sensor.t': { state: '20.5', attributes: { unit: 'C' } } },
    registries: { areas: { hall: { name: 'Hall' } }, entities: { 'light.a': { area: 'hall' } } },
  });
  const rendered = new HomeTemplate(home, template).render();
  return rendered.kind === 'text' ? rendered.text : rendered.error;
}

describe('a template of the simulated home', () => {
  it.each([
    ['{% for s in states.light %}{{ s.entity_id }}={{ s.state }};{% endfor %}', 'light.a=on;light.b=off;'],
    ["{{ states.light | selectattr('state', 'eq', 'on') | list | count }}", '1'],
    ["{{ states.light | rejectattr('state', 'eq', 'on') | map(attribute='name') | join }}", 'B'],
    ['{{ states.sensor.t.attributes.unit }} {{ states.sensor.t.object_id }}', 'C t'],
    ["{{ area_name('light.a') }} {{ area_entities('hall') }} {{ area_id('light.b') }}", "Hall ['light.a'] None"],
    ["{{ as_timestamp('2026-11-21T12:00:00+00:00') | int }}", '1795262400'],
    ["{{ states('sensor.t') | float | round(1) | string ~ '°' }}", '20.5°'],
    ["{{ ('b', 'a') | sort }}", "['a', 'b']"],
    ['{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}', '3 7'],
    ['{% for i in range(2) %}{% for j in range(2) %}{{ i }}{{ j }} {% endfor %}{% endfor %}', '00 01 10 11'],
    ['{{ [1, 2, 3] | average }} {{ [1.5, 2] | sum }} {{ [2, 3] | min }}', '2.0 3.5 2'],
  ])('%s gives %s', (template, text) => expect(render(template)).toBe(text));

  it.each([
    ["{{ expand('group.all') }}", "The simulated home does not know 'expand' in templates"],
    ['{{ timedelta(days=1) }}', "does not know 'timedelta'"],
    ['{% macro x() %}{% endmacro %}', "The simulated home does not know the tag 'macro'"],
    ['{{ 1 | no_such }}', "No filter named 'no_such'"],
    ["{{ [1] | map('no_such') | list }}", "No filter named 'no_such'"],
    ['{% for i %}{% endfor %}', 'Expected a tag name'],
    ['{% for i in [1] %}', 'Unexpected end of template'],
    ['{% set x = 1 %}{% set x.y = 2 %}', 'cannot assign attribute on non-namespace object'],
    ["{{ ['a'] | sum }}", 'unsupported operand'],
    ['{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}', 'went on for too long'],
  ])('%s is refused', (template, why) => expect(render(template)).toContain(why));

  it('that goes on for too long is told so when its time is over', async () => {
    const client = await TestClient.connected();
    const template = '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}';
    const id = client.post('render_template', { template, timeout: 3 });
    await client.clock.advanceBy(2999);
    expect(client.answerTo(id)).toBeUndefined();
    await client.clock.advanceBy(1);
    expect(client.answerTo(id)).toMatchObject({ error: { code: 'template_error' } });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NUMBER, type OpenApi, openApi, openApiHome, SELECT } from './api-client.ts';
import { type ContractHome, LIGHT } from './homes.ts';

let contract: ContractHome;
let t: OpenApi;
beforeAll(async () => {
  contract = await openApiHome();
  t = await openApi(contract);
  await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 21.5 } });
  await t.api.call('input_select.select_option', { target: SELECT, data: { option: 'home' } });
  await t.api.call('light.turn_off', { target: LIGHT });
});
afterAll(async () => {
  await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 20 } });
  await t[Symbol.asyncDispose]();
  await contract[Symbol.asyncDispose]();
});

describe('a template', () => {
  it.each([
    ['no template at all', 'no template at all'],
    ['{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 }}', '7 9 3 2 8'],
    ['{{ 1 / 2 }} {{ 4 / 2 }} {{ 1.5 + 1.5 }}', '0.5 2.0 3.0'],
    [`{{ states('${NUMBER}') }}`, '21.5'],
    [`{{ states('${NUMBER}') | float * 2 }}`, '43.0'],
    [`{{ (states('${NUMBER}') | float(0)) | round }}`, '22'],
    [`{{ 3.14159 | round(2) }} {{ 2.7 | round(0, 'floor') }}`, '3.14 2'],
    ["{{ states('sensor.no_such') }}", 'unknown'],
    ["{{ states('sensor.no_such') | float(7) }} {{ 'x' | int(3) }} {{ '12' | int }}", '7 3 12'],
    [`{{ is_state('${SELECT}', 'home') }} {{ is_state('${SELECT}', ['away', 'night']) }}`, 'True False'],
    [`{{ state_attr('${NUMBER}', 'max') | int }} {{ state_attr('${NUMBER}', 'no_such') }}`, '100 None'],
    [`{{ states.${SELECT}.state }}`, 'home'],
    [`{{ has_value('${LIGHT}') }} {{ has_value('light.no_such') }}`, 'True False'],
    [`{% if is_state('${LIGHT}', 'on') %}on{% elif 1 > 2 %}odd{% else %}off{% endif %}`, 'off'],
    [`{% set n = states('${NUMBER}') | float %}{{ 'warm' if n > 20 else 'cold' }}`, 'warm'],
    ["{{ [1, 'x', {'k': none}] }} {{ {'a': 1}['a'] }} {{ [1, 2, 3][-1] }}", "[1, 'x', {'k': None}] 1 3"],
    ["{{ 'a' ~ 1 }} {{ 'abc' | upper }} {{ [1, 2] | length }} {{ ['a', 'b'] | join('-') }}", 'a1 ABC 2 a-b'],
    ["{{ 2 in [1, 2] }} {{ 'x' not in 'abc' }} {{ not true or 1 == 1.0 }}", 'True True True'],
    ["{{ x is defined }} {{ missing is defined }} {{ missing | default('d') }}", 'True False d'],
    ['{% for i in range(3) %}{{ i }}{{ "," if not loop.last }}{% endfor %}', '0,1,2'],
    ['{% for i in [] %}x{% else %}none{% endfor %}', 'none'],
    ["{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}", 'a1b2'],
    ['{% set ns = namespace(n=0) %}{% for i in range(1, 5) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', '10'],
    ['{% set n = 1 %}{% for i in [5] %}{% set n = i %}{% endfor %}{{ n }}', '1'],
    ['a  {%- if true -%}  b  {%- endif -%}  c', 'abc'],
    [
      '{{ [3, 1, 2] | sort }} {{ [1, 2] | sum }} {{ [1, 5] | max }} {{ [2, 1, 2] | unique | list }}',
      '[1, 2, 3] 3 5 [2, 1]',
    ],
    [
      `{{ states.input_select | selectattr('state', 'eq', 'home') | map(attribute='entity_id') | list }}`,
      `['${SELECT}']`,
    ],
    [`{{ area_name is defined }} {{ iif(1 == 1, 'y', 'n') }} {{ 'kitchen light' | title }}`, 'True y Kitchen Light'],
    ["{{ [1, 2, 3] | select('gt', 1) | list }} {{ 'ab' is match('a') }}", '[2, 3] True'],
    ["{{ area_name('light.no_such') }} {{ area_entities('no_such') }}", 'None []'],
    ['{# a comment #}{{ x }}{{ missing }}', '5'],
    ['{{ now().year > 2000 }} {{ utcnow().timestamp() | int > 0 }}', 'True True'],
  ])('%s gives %s', async (template, text) => {
    await expect(t.api.renderTemplate(template, { variables: { x: 5 } })).resolves.toBe(text);
  });

  it.each([
    '{{ 1 / 0 }}',
    '{{ states( }}',
    '{{ 1 | no_such_filter }}',
    "{{ 'x' | float }}",
    '{{ missing + 1 }}',
    '{% if %}',
  ])('%s fails', async (template) => {
    await expect(t.api.renderTemplate(template)).rejects.toMatchObject({ status: 400 });
  });
});

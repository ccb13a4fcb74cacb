import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate, referencedVariables, type Variable } from '../../src/config/interpolate.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import type { Tree } from '../../src/config/tree.ts';

const schema = jsonSchema();

function put(tree: Tree, variables: Record<string, string | Variable> = {}) {
  return interpolate(tree, schema, (name) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return typeof variable === 'string' ? { text: variable, fromFile: false } : variable;
  });
}

describe('interpolate', () => {
  it.each([
    ['${HOST}', 'home.local'],
    ['http://${HOST}:${PORT}', 'http://home.local:8123'],
    ['${MISSING:-fallback}', 'fallback'],
    ['${MISSING:-}', ''],
    ['${HOST:-fallback}', 'home.local'],
    ['$${HOST}', '${HOST}'],
    ['costs $5 {each}', 'costs $5 {each}'],
    ['${{ template }}', '${{ template }}'],
  ])('%j becomes %j', (text, expected) => {
    const { tree, unset } = put({ homes: { default: { url: text } } }, { HOST: 'home.local', PORT: '8123' });
    expect(tree).toEqual({ homes: { default: { url: expected } } });
    expect(unset).toEqual([]);
  });

  it('cannot be used to change the shape of the file', () => {
    const { tree } = put({ homes: { default: { token: '${TOKEN}' } } }, { TOKEN: 'x\nverifyTls: false' });
    expect(tree).toEqual({ homes: { default: { token: 'x\nverifyTls: false' } } });
  });

  it('makes a number of a whole reference where a number is meant, and leaves texts alone', () => {
    const tree = { simulate: { port: '${PORT}', host: '${PORT}' }, dryRun: '${DRY}' };
    expect(put(tree, { PORT: '8124', DRY: 'true' }).tree).toEqual({
      simulate: { port: 8124, host: '8124' },
      dryRun: true,
    });
  });

  it("reads what is exactly a number in an app's own configuration as one", () => {
    const tree = { apps: { a: { config: { lux: '${LUX}', pin: '${PIN}', text: 'at ${LUX}', quoted: '${QUOTED}' } } } };
    expect(put(tree, { LUX: '40', PIN: '0042', QUOTED: '"40"' }).tree).toEqual({
      apps: { a: { config: { lux: 40, pin: '0042', text: 'at 40', quoted: '40' } } },
    });
  });

  it('names every variable that is not set, with its path', () => {
    const { unset } = put({ homes: { a: { token: '${A}' }, b: { token: '${B}' } } });
    expect(unset).toEqual([
      { variable: 'A', path: ['homes', 'a', 'token'] },
      { variable: 'B', path: ['homes', 'b', 'token'] },
    ]);
  });

  it('knows which texts may not be shown', () => {
    const { secrets } = put(
      { apps: { a: { config: { x: '${MQTT_PASSWORD} ${PLAIN} ${MOUNTED}' } } } },
      {
        MQTT_PASSWORD: 'hunter2',
        PLAIN: 'plain',
        MOUNTED: { text: 'mounted', fromFile: true },
      },
    );
    expect(secrets).toEqual(['hunter2', 'mounted']);
  });

  it('leaves texts without a reference as they are', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('${')),
        (text) => {
          expect(put({ a: text }).tree).toEqual({ a: text });
        },
      ),
    );
  });
});

describe('referencedVariables', () => {
  it('finds those that stand for themselves only', () => {
    expect([...referencedVariables({ a: '${A} ${B:-x}', b: ['$${C}', { c: '${A}' }] })]).toEqual(['A', 'B']);
  });
});

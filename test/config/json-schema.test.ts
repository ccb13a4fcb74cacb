import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { isTree, type Tree } from '../../src/config/tree.ts';

function settings(node: Tree, path: string): [string, Tree][] {
  const branches = Array.isArray(node['anyOf']) ? node['anyOf'].filter(isTree) : [node];
  return branches.flatMap((branch) => {
    const properties = isTree(branch['properties']) ? Object.entries(branch['properties']) : [];
    const named = isTree(branch['additionalProperties']) ? settings(branch['additionalProperties'], `${path}.*`) : [];
    const own = properties.flatMap(([key, child]): [string, Tree][] =>
      isTree(child) ? [[`${path}.${key}`, child], ...settings(child, `${path}.${key}`)] : [],
    );
    return [...own, ...named];
  });
}

describe('jsonSchema', () => {
  const all = settings(jsonSchema(), '');

  it('describes every setting', () => {
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter(([, node]) => typeof node['description'] !== 'string').map(([path]) => path)).toEqual([
      '.logging.rotate',
    ]);
  });

  it('gives defaults as a person would write them', () => {
    expect(Object.fromEntries(all)['.limits.drain']).toMatchObject({ type: 'string', default: '4s' });
  });

  it('refuses keys that are not known', () => {
    expect(jsonSchema()['additionalProperties']).toBe(false);
  });
});

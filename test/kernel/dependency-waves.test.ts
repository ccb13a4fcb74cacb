import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DependencyCycle, dependencyWaves } from '../../src/kernel/dependency-waves.ts';

function waves(graph: Readonly<Record<string, readonly string[]>>): readonly (readonly string[])[] {
  return dependencyWaves(
    Object.keys(graph),
    (name) => graph[name] ?? [],
    (name) => name,
  );
}

describe('dependencyWaves', () => {
  it('puts each thing after all that it depends on', () => {
    expect(waves({ apps: ['bus', 'home'], bus: [], home: ['storage'], storage: [] })).toEqual([
      ['bus', 'storage'],
      ['home'],
      ['apps'],
    ]);
  });

  it('keeps the given order within a wave and leaves out what is not there', () => {
    expect(waves({ c: ['elsewhere'], a: [], b: [] })).toEqual([['c', 'a', 'b']]);
  });

  it('names the whole circle', () => {
    expect(() => waves({ first: ['a'], a: ['b'], b: ['c'], c: ['a'] })).toThrow('a -> b -> c -> a');
    expect(() => waves({ a: ['a'] })).toThrow('a -> a');
    try {
      waves({ a: ['b'], b: ['a'] });
    } catch (error) {
      expect(error).toBeInstanceOf(DependencyCycle);
      expect(error).toMatchObject({ code: 'DEPENDENCY_CYCLE', path: ['a', 'b', 'a'] });
    }
  });

  it('has each thing once and never beside or before what it depends on, whatever the graph', () => {
    const graphs = fc.array(fc.array(fc.nat({ max: 19 }), { maxLength: 4 }), { maxLength: 20 });
    fc.assert(
      fc.property(graphs, (edges) => {
        // Edges to earlier things only, so that there is no circle.
        const dependenciesOf = (thing: number): number[] => (edges[thing] ?? []).filter((other) => other < thing);
        const things = edges.keys().toArray();
        const found = dependencyWaves(things, dependenciesOf, String);
        expect(found.flat().toSorted((a, b) => a - b)).toEqual(things);
        const waveOf = new Map(found.flatMap((wave, index) => wave.map((thing) => [thing, index] as const)));
        for (const thing of things) {
          for (const other of dependenciesOf(thing)) expect(waveOf.get(other)).toBeLessThan(waveOf.get(thing) ?? -1);
        }
      }),
    );
  });
});

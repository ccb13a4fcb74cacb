import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap, type HeapNode } from '../../src/kernel/heap.ts';

interface Node extends HeapNode {
  key: number;
  readonly order: number;
}

function makeHeap(): Heap<Node> {
  return new Heap<Node>((a, b) => a.key < b.key || (a.key === b.key && a.order < b.order));
}

function drain(heap: Heap<Node>): number[] {
  const keys: number[] = [];
  for (let node = heap.take(); node !== undefined; node = heap.take()) keys.push(node.key);
  return keys;
}

describe('Heap', () => {
  it('gives its nodes in order, whatever was added and removed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (entries) => {
        const heap = makeHeap();
        const nodes = entries.map(([key], order): Node => ({ key, order, heapIndex: -1 }));
        for (const node of nodes) heap.add(node);
        for (const [index, node] of nodes.entries()) if (entries[index]?.[1] === true) heap.remove(node);
        const kept = nodes.filter((_, index) => entries[index]?.[1] !== true);
        expect(heap.size).toBe(kept.length);
        expect(heap.peek()?.key).toBe(kept.length === 0 ? undefined : Math.min(...kept.map((node) => node.key)));
        expect(drain(heap)).toEqual(kept.map((node) => node.key).toSorted((a, b) => a - b));
        expect(nodes.every((node) => node.heapIndex === -1)).toBe(true);
      }),
    );
  });

  it('puts itself in order again after the keys have changed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(20))), (entries) => {
        const heap = makeHeap();
        const nodes = entries.map(([key], order): Node => ({ key, order, heapIndex: -1 }));
        for (const node of nodes) heap.add(node);
        for (const [index, node] of nodes.entries()) node.key = entries[index]?.[1] ?? 0;
        heap.reorder();
        expect(drain(heap)).toEqual(entries.map(([, key]) => key).toSorted((a, b) => a - b));
      }),
    );
  });

  it('leaves a node alone that is not in it', () => {
    const [heap, other] = [makeHeap(), makeHeap()];
    const [here, there]: Node[] = [
      { key: 1, order: 0, heapIndex: -1 },
      { key: 2, order: 1, heapIndex: -1 },
    ];
    if (here === undefined || there === undefined) throw new Error('no nodes');
    heap.add(here);
    other.add(there);
    heap.remove(there);
    other.remove(there);
    other.remove(there);
    expect([heap.size, other.size]).toEqual([1, 0]);
    expect(other.take()).toBeUndefined();
  });
});

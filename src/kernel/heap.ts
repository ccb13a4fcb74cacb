/** What stands in a heap. It knows its place there, so that it can be taken out without a search. */
export interface HeapNode {
  /** Written by the heap alone; -1 while outside of one. */
  heapIndex: number;
}

/** A binary heap: the first of its nodes at once, adding and removing any of them in logarithmic time. */
export class Heap<N extends HeapNode> {
  readonly #nodes: N[] = [];
  readonly #before: (a: N, b: N) => boolean;

  /** @param before - whether `a` comes out before `b`; a strict total order makes the heap deterministic. */
  constructor(before: (a: N, b: N) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** The first node, which stays. */
  peek(): N | undefined {
    return this.#nodes[0];
  }

  add(node: N): void {
    this.#nodes.push(node);
    this.#rise(node, this.#nodes.length - 1);
  }

  /** Takes the first node out. */
  take(): N | undefined {
    const first = this.#nodes[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes a node out; one that is not in the heap is left alone. */
  remove(node: N): void {
    const index = node.heapIndex;
    if (index < 0 || this.#nodes[index] !== node) return;
    node.heapIndex = -1;
    const last = this.#nodes.pop();
    if (last === undefined || last === node) return;
    if (!this.#rise(last, index)) this.#sink(last, index);
  }

  /** Puts all in order again, after what their order depends on has changed. */
  reorder(): void {
    const nodes = this.#nodes;
    for (let index = (nodes.length >> 1) - 1; index >= 0; index -= 1) {
      const node = nodes[index];
      if (node !== undefined) this.#sink(node, index);
    }
  }

  /** All nodes, in no order. */
  nodes(): readonly N[] {
    return this.#nodes;
  }

  /** Whether the node moved. */
  #rise(node: N, from: number): boolean {
    const nodes = this.#nodes;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = nodes[parentIndex];
      if (parent === undefined || !this.#before(node, parent)) break;
      nodes[index] = parent;
      parent.heapIndex = index;
      index = parentIndex;
    }
    nodes[index] = node;
    node.heapIndex = index;
    return index !== from;
  }

  #sink(node: N, from: number): void {
    const nodes = this.#nodes;
    let index = from;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = nodes[leftIndex];
      if (left === undefined) break;
      const right = nodes[leftIndex + 1];
      const child = right !== undefined && this.#before(right, left) ? right : left;
      if (!this.#before(child, node)) break;
      const childIndex = child.heapIndex;
      nodes[index] = child;
      child.heapIndex = index;
      index = childIndex;
    }
    nodes[index] = node;
    node.heapIndex = index;
  }
}

import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import { type LogRecord, Logging } from '../../src/kernel/logging.ts';
import { Resource, type ResourceContext, WrongStatus } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

interface Tree {
  readonly clock: VirtualClock;
  readonly context: ResourceContext;
  readonly lines: LogRecord[];
  readonly steps: string[];
}

function tree(): Tree {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T00:00:00Z') });
  const logging = new Logging({ clock, format: 'silent', level: 'trace' });
  const lines: LogRecord[] = [];
  logging.tap((record) => lines.push(record));
  return { clock, context: { clock, logging }, lines, steps: [] };
}

interface Behaviour {
  readonly onStart?: (signal: AbortSignal, part: Part) => Promise<void> | void;
  readonly onStop?: (part: Part) => Promise<void> | void;
  readonly startLimitMs?: number;
  readonly stopLimitMs?: number;
  readonly path?: string;
}

/** Writes down what it does. */
class Part extends Resource {
  readonly #tree: Tree;
  readonly #behaviour: Behaviour;
  protected override readonly startLimitMs: number;
  protected override readonly stopLimitMs: number;

  constructor(name: string, owner: Resource | undefined, of: Tree, behaviour: Behaviour = {}) {
    super(name, owner ?? of.context, behaviour.path);
    this.#tree = of;
    this.#behaviour = behaviour;
    this.startLimitMs = behaviour.startLimitMs ?? 30_000;
    this.stopLimitMs = behaviour.stopLimitMs ?? 2000;
  }

  addChildren(): Promise<void> {
    return this.startChildren();
  }

  fail(error: Error): void {
    this.raiseFatal(error);
  }

  protected override async onStart(signal: AbortSignal): Promise<void> {
    this.#tree.steps.push(`+${this.path}`);
    await this.#behaviour.onStart?.(signal, this);
  }

  protected override async onStop(): Promise<void> {
    this.#tree.steps.push(`-${this.path}`);
    await this.#behaviour.onStop?.(this);
  }
}

const never = (): Promise<void> => new Promise(() => undefined);
/** Ends when the signal does, as a well-behaved start. */
const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('Resource', () => {
  it('starts children in waves by what they depend on, then itself, and stops the same way back', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const apps = new Part('apps', root, t);
    const bus = new Part('bus', root, t);
    const home = new Part('home', root, t);
    const storage = new Part('storage', root, t);
    apps.dependsOn(bus, home);
    home.dependsOn(storage);
    await root.start();
    expect(t.steps).toEqual(['+bus', '+storage', '+home', '+apps', '+root']);
    expect(root.status).toBe('running');
    t.steps.length = 0;
    await root.stop();
    expect(t.steps).toEqual(['-root', '-apps', '-home', '-storage', '-bus']);
    expect([root, apps, bus, home, storage].map((part) => part.status)).toEqual(Array(5).fill('stopped'));
    expect(root.children.size).toBe(0);
  });

  it('waits for a whole wave before it begins the next', async () => {
    const t = tree();
    const { promise, resolve } = Promise.withResolvers<void>();
    const root = new Part('root', undefined, t);
    const slow = new Part('slow', root, t, { onStart: () => promise });
    const after = new Part('after', root, t).dependsOn(slow);
    const started = root.start();
    await t.clock.settle();
    expect(after.status).toBe('created');
    resolve();
    await started;
    expect(after.status).toBe('running');
  });

  it('orders branches by what stands deep inside of them', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const apps = new Part('apps', root, t);
    const app = new Part('app', apps, t);
    const homes = new Part('homes', root, t);
    const home = new Part('home', homes, t);
    app.dependsOn(home);
    await root.start();
    expect(t.steps).toEqual(['+homes.home', '+homes', '+apps.app', '+apps', '+root']);
    await root.stop();
  });

  it('refuses a circle with its whole path, and is cleaned up', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const a = new Part('a', root, t);
    const b = new Part('b', root, t).dependsOn(a);
    const c = new Part('c', root, t).dependsOn(b);
    a.dependsOn(c);
    await expect(root.start()).rejects.toThrow('a -> c -> b -> a');
    expect(root.status).toBe('failed');
    await root.stop();
    expect(t.steps).toEqual([]);
  });

  it('starts once, however often it is asked, and lives once', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    await Promise.all([root.start(), root.start()]);
    await root.start();
    expect(t.steps).toEqual(['+root']);
    await root.stop();
    await expect(root.start()).rejects.toThrow(WrongStatus);
    await expect(root.start()).rejects.toThrow('a new one is needed');
  });

  it('has paths from below its root', () => {
    const t = tree();
    const root = new Part('hassette', undefined, t);
    const apps = new Part('apps', root, t);
    expect(root.path).toBe('hassette');
    expect(apps.path).toBe('apps');
    expect(new Part('hallway', apps, t).path).toBe('apps.hallway');
    expect(new Part('hallway', apps, t, { path: 'app.hallway' }).path).toBe('app.hallway');
  });

  it('lets two trees live side by side', async () => {
    const [left, right] = [tree(), tree()];
    const [one, other] = [new Part('root', undefined, left), new Part('root', undefined, right)];
    await Promise.all([one.start(), other.start()]);
    await one.stop();
    expect(other.status).toBe('running');
    expect(right.steps).toEqual(['+root']);
    await other.stop();
  });

  it('works with await using', async () => {
    const t = tree();
    {
      await using root = new Part('root', undefined, t);
      await root.start();
    }
    expect(t.steps).toEqual(['+root', '-root']);
  });

  it('tells each change of its status', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const seen: string[] = [];
    const forget = root.onStatusChange((status, previous) => seen.push(`${previous} > ${status}`));
    await root.start();
    forget();
    await root.stop();
    expect(seen).toEqual(['created > starting', 'starting > running']);
  });

  it('goes on when a listener of its status throws', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    root.onStatusChange(() => {
      throw new Error('bad listener');
    });
    await root.start();
    expect(root.status).toBe('running');
    expect(t.lines.filter((line) => line.level === 'error')).toHaveLength(2);
  });

  it('describes the tree as plain data', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const bus = new Part('bus', root, t);
    new Part('apps', root, t).dependsOn(bus);
    await root.start();
    const described = root.describe();
    expect(described).toEqual({
      name: 'root',
      path: 'root',
      status: 'running',
      sinceMs: t.clock.nowMs(),
      dependsOn: [],
      children: [
        { name: 'bus', path: 'bus', status: 'running', sinceMs: t.clock.nowMs(), dependsOn: [], children: [] },
        { name: 'apps', path: 'apps', status: 'running', sinceMs: t.clock.nowMs(), dependsOn: ['bus'], children: [] },
      ],
    });
    expect(structuredClone(described)).toEqual(described);
  });

  it('takes children that are added while it starts', async () => {
    const t = tree();
    const root = new Part('root', undefined, t, {
      onStart: async (_signal, part) => {
        const first = new Part('first', part, t);
        new Part('second', part, t).dependsOn(first);
        await part.addChildren();
      },
    });
    await root.start();
    expect(t.steps).toEqual(['+root', '+first', '+second']);
    await root.stop();
    expect(t.steps.slice(3)).toEqual(['-root', '-second', '-first']);
  });

  it('refuses children once it stops', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    await root.start();
    await root.stop();
    expect(() => new Part('late', root, t)).toThrow(Cancelled);
  });

  it('is left by a child that ends by itself', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const child = new Part('child', root, t);
    await root.start();
    await child.stop();
    expect(root.children.size).toBe(0);
    expect(root.status).toBe('running');
    await root.stop();
    expect(t.steps).toEqual(['+child', '+root', '-child', '-root']);
  });
});

describe('a start that fails', () => {
  it('stops what had started, in reverse, and gives the error itself', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const good = new Part('good', root, t);
    const error = new Error('port 8123 is in use');
    const bad = new Part('bad', root, t, { onStart: () => Promise.reject(error) }).dependsOn(good);
    new Part('never', root, t).dependsOn(bad);
    await expect(root.start()).rejects.toBe(error);
    expect(t.steps).toEqual(['+good', '+bad', '-bad', '-good']);
    expect(root.status).toBe('failed');
    expect(root.describe()).toMatchObject({
      problem: { message: 'port 8123 is in use' },
      children: [{ name: 'bad', status: 'failed', problem: { message: 'port 8123 is in use' } }],
    });
    await root.stop();
    expect([root.status, bad.status]).toEqual(['stopped', 'stopped']);
    expect(root.children.size).toBe(0);
  });

  it('ends the starts of the same wave', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const slow = new Part('slow', root, t, { onStart: untilAborted });
    const bad = new Part('bad', root, t, {
      onStart: () => {
        throw new Error('no');
      },
    });
    await expect(root.start()).rejects.toThrow('no');
    expect([slow.status, bad.status]).toEqual(['stopped', 'failed']);
  });

  it('has a limit, with a warning at half of it', async () => {
    const t = tree();
    const root = new Part('root', undefined, t, { onStart: never, startLimitMs: 10_000 });
    const started = root.start();
    started.catch(() => undefined);
    await t.clock.advanceBy(4999);
    expect(t.lines).toEqual([]);
    await t.clock.advanceBy(1);
    expect(t.lines).toMatchObject([{ level: 'warn', logger: 'root', msg: expect.stringContaining('start of "root"') }]);
    await t.clock.advanceBy(4999);
    expect(root.status).toBe('starting');
    await t.clock.advanceBy(1);
    // What never came to its end is waited for once more, as any start under way is by a stop.
    await t.clock.advanceBy(2000);
    await expect(started).rejects.toMatchObject({ code: 'TIMED_OUT', timeoutMs: 10_000 });
    expect(root.status).toBe('failed');
  });

  it('can be stopped while it is cleaned up', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const { promise, resolve } = Promise.withResolvers<void>();
    const child = new Part('child', root, t, {
      onStart: () => Promise.reject(new Error('no')),
      onStop: () => promise,
    });
    const started = child.start();
    started.catch(() => undefined);
    await t.clock.settle();
    expect(child.status).toBe('stopping');
    const stopped = child.stop();
    resolve();
    await stopped;
    await expect(started).rejects.toThrow('no');
    expect(child.status).toBe('stopped');
    expect(root.children.size).toBe(0);
  });
});

describe('a stop in the middle of a start', () => {
  it('ends the start at once, in every depth, and starts nothing more', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const apps = new Part('apps', root, t);
    const storage = new Part('storage', root, t);
    const home = new Part('home', root, t);
    const link = new Part('link', home, t, { onStart: untilAborted });
    home.dependsOn(storage);
    apps.dependsOn(home);
    const started = root.start();
    started.catch(() => undefined);
    await t.clock.settle();
    expect(link.status).toBe('starting');
    await root.stop();
    await expect(started).rejects.toBeInstanceOf(Cancelled);
    expect(t.steps).toEqual(['+storage', '+home.link', '-home.link', '-storage']);
    expect([root, apps, storage, home, link].map((part) => part.status)).toEqual(Array(5).fill('stopped'));
    expect(t.lines).toEqual([]);
    expect(t.clock.timers()).toEqual([]);
  });

  it('waits for a start that does not listen, then abandons and reports it', async () => {
    const t = tree();
    const root = new Part('root', undefined, t, { onStart: never, stopLimitMs: 1000 });
    const started = root.start();
    started.catch(() => undefined);
    await t.clock.settle();
    await t.clock.pump(root.stop());
    expect(root.status).toBe('stopped');
    await expect(started).rejects.toBeInstanceOf(Cancelled);
    expect(t.clock.timers()).toEqual([]);
    expect(t.lines.filter((line) => line.level === 'error')).toMatchObject([
      { failures: [{ path: 'root', code: 'TIMED_OUT' }] },
    ]);
  });

  it('waits for a start that comes to its end', async () => {
    const t = tree();
    const { promise, resolve } = Promise.withResolvers<void>();
    const root = new Part('root', undefined, t, { onStart: () => promise });
    const started = root.start();
    started.catch(() => undefined);
    await t.clock.settle();
    const stopped = root.stop();
    await t.clock.settle();
    expect(t.steps).toEqual(['+root']);
    resolve();
    await stopped;
    expect(t.steps).toEqual(['+root', '-root']);
    await expect(started).rejects.toBeInstanceOf(Cancelled);
  });

  it('before anything has begun runs no hook', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    new Part('child', root, t);
    let released = false;
    root.own(() => {
      released = true;
    });
    await root.stop();
    expect(t.steps).toEqual([]);
    expect(released).toBe(true);
    expect(root.status).toBe('stopped');
  });
});

describe('a stop', () => {
  it('never rejects, goes on after failures, and logs them once and flat', async () => {
    const t = tree();
    const root = new Part('root', undefined, t, {
      onStop: () => {
        throw new Error('root is stuck');
      },
    });
    const branch = new Part('branch', root, t);
    const leaf = new Part('leaf', branch, t, { onStop: () => Promise.reject(new Error('leaf is stuck')) });
    root.own(() => Promise.reject(new Error('timer is stuck')));
    await root.start();
    await root.stop();
    expect([root, branch, leaf].map((part) => part.status)).toEqual(['stopped', 'stopped', 'stopped']);
    const errors = t.lines.filter((line) => line.level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      logger: 'root',
      failures: [
        { path: 'root', message: 'root is stuck' },
        { path: 'branch.leaf', message: 'leaf is stuck' },
        { path: 'root', message: 'timer is stuck' },
      ],
    });
  });

  it('abandons what does not end within its limit, with a warning at half of it', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const hangs = new Part('hangs', root, t, { onStop: never, stopLimitMs: 1000 });
    const other = new Part('other', root, t);
    hangs.dependsOn(other);
    await root.start();
    const stopped = root.stop();
    await t.clock.advanceBy(500);
    expect(t.lines).toMatchObject([{ level: 'warn', logger: 'hangs' }]);
    await t.clock.advanceBy(500);
    await stopped;
    expect(t.steps).toEqual(['+other', '+hangs', '+root', '-root', '-hangs', '-other']);
    expect(hangs.status).toBe('stopped');
    expect(t.lines.at(-1)).toMatchObject({ failures: [{ path: 'hangs', code: 'TIMED_OUT' }] });
  });

  it('gives the whole tree no more time than it is given', async () => {
    const t = tree();
    const root = new Part('root', undefined, t, { onStop: never });
    let above: Resource = root;
    for (let depth = 0; depth < 5; depth += 1) above = new Part(`d${depth}`, above, t, { onStop: never });
    await root.start();
    const beganMs = t.clock.monotonicMs();
    await t.clock.pump(root.stop({ withinMs: 5000 }));
    expect(t.clock.monotonicMs() - beganMs).toBe(5000);
    expect(above.status).toBe('stopped');
    expect(t.steps.filter((step) => step.startsWith('-'))).toHaveLength(6);
    expect(t.lines.at(-1)).toMatchObject({ failures: Array(6).fill({ code: 'TIMED_OUT' }) });
  });

  it('is the same stop for all who ask', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    await root.start();
    await Promise.all([root.stop(), root.stop(), root[Symbol.asyncDispose]()]);
    await root.stop();
    expect(t.steps).toEqual(['+root', '-root']);
  });

  it('aborts its own signal first and leaves those of its children until their turn', async () => {
    const t = tree();
    const seen: boolean[] = [];
    const root = new Part('root', undefined, t, {
      onStop: (part) => void seen.push(part.signal.aborted, child.signal.aborted),
    });
    const child = new Part('child', root, t);
    await root.start();
    await root.stop();
    expect(seen).toEqual([true, false]);
    expect(child.signal.reason).toBeInstanceOf(Cancelled);
  });
});

describe('what a resource owns', () => {
  it('goes when it stops, the latest first, in each of its shapes', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    const gone: string[] = [];
    root.own(() => gone.push('function'));
    root.own({ [Symbol.dispose]: () => void gone.push('disposable') });
    root.own({ [Symbol.asyncDispose]: () => Promise.resolve().then(() => void gone.push('async disposable')) });
    const takeBack = root.own(() => gone.push('taken back'));
    await root.start();
    takeBack();
    await root.stop();
    expect(gone).toEqual(['async disposable', 'disposable', 'function']);
  });

  it('goes at once if it comes too late', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    await root.start();
    await root.stop();
    let gone = false;
    root.own(() => {
      gone = true;
    });
    expect(gone).toBe(true);
  });

  it('is not kept by thousands that came and went', async () => {
    const t = tree();
    const root = new Part('root', undefined, t);
    await root.start();
    for (let round = 0; round < 1000; round += 1) {
      const child = new Part('child', root, t);
      await child.start();
      await child.stop();
    }
    expect(root.children.size).toBe(0);
    expect(t.clock.timers()).toEqual([]);
  });
});

describe('something fatal', () => {
  it('is told to every owner up to the root, and to no other tree', () => {
    const [t, u] = [tree(), tree()];
    const root = new Part('root', undefined, t);
    const leaf = new Part('leaf', new Part('branch', root, t), t);
    const told: string[] = [];
    root.onFatal(({ path, error }) => told.push(`${path}: ${String(error)}`));
    new Part('root', undefined, u).onFatal(() => told.push('the other tree'));
    leaf.fail(new Error('spent'));
    expect(told).toEqual(['branch.leaf: Error: spent']);
  });
});

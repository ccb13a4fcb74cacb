import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import { type LogRecord, Logging } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { Service } from '../../src/kernel/service.ts';
import { DEFAULT_SUPERVISION, type Supervision } from '../../src/kernel/supervision.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

class Root extends Resource {}

type Run = (signal: AbortSignal, ready: () => void, round: number) => Promise<void>;

class Worker extends Service {
  protected override readonly supervision: Supervision;
  readonly runsAtMs: number[] = [];
  readonly #run: Run;
  readonly #heals: boolean;

  constructor(owner: Resource, run: Run, supervision: Partial<Supervision> = {}, heals = true) {
    super('worker', owner);
    this.#run = run;
    this.#heals = heals;
    this.supervision = { ...DEFAULT_SUPERVISION, ...supervision };
  }

  protected override run(signal: AbortSignal, ready: () => void): Promise<void> {
    this.runsAtMs.push(this.clock.monotonicMs());
    return this.#run(signal, ready, this.runsAtMs.length);
  }

  protected override mayHeal(): boolean {
    return this.#heals;
  }
}

interface Bench {
  readonly clock: VirtualClock;
  readonly root: Root;
  readonly lines: LogRecord[];
  readonly fatal: string[];
}

function bench(random = 0): Bench {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T00:00:00Z') });
  const logging = new Logging({ clock, format: 'silent' });
  const lines: LogRecord[] = [];
  logging.tap((record) => lines.push(record));
  const root = new Root('root', { clock, logging, random: () => random });
  const fatal: string[] = [];
  root.onFatal(({ path, error }) => fatal.push(`${path}: ${String(error)}`));
  return { clock, root, lines, fatal };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const works: Run = (signal, ready) => {
  ready();
  return untilAborted(signal);
};
const fails: Run = (_signal, ready) => {
  ready();
  return Promise.reject(new Error('broke off'));
};
/** Well begun, fails in the rounds given at once, works in all others. */
const failsIn =
  (...rounds: number[]): Run =>
  (signal, ready, round) =>
    (rounds.includes(round) ? fails : works)(signal, ready, round);

describe('Service', () => {
  it('has started when its work has begun well, and stops with it', async () => {
    const { clock, root } = bench();
    const { promise, resolve } = Promise.withResolvers<void>();
    const worker = new Worker(root, async (signal, ready) => {
      await promise;
      ready();
      await untilAborted(signal);
    });
    const started = root.start();
    await clock.settle();
    expect(worker.status).toBe('starting');
    resolve();
    await started;
    expect(worker.status).toBe('running');
    await root.stop();
    expect(worker.status).toBe('stopped');
    expect(clock.timers()).toEqual([]);
  });

  it('is begun again after waits that grow', async () => {
    const { clock, root, lines } = bench();
    const worker = new Worker(root, failsIn(1, 2, 3));
    await root.start();
    await clock.settle();
    expect(worker.status).toBe('retrying');
    expect(worker.describe()).toMatchObject({ problem: { message: 'broke off' } });
    await clock.advanceBy(60_000);
    expect(worker.runsAtMs).toEqual([0, 1000, 3000, 7000]);
    expect(worker.status).toBe('running');
    expect(worker.describe()).not.toHaveProperty('problem');
    expect(worker.describe()).toMatchObject({ details: { restarts: 3 } });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'failed; begun again in 1s',
      'failed; begun again in 2s',
      'failed; begun again in 4s',
    ]);
    await root.stop();
  });

  it('spreads its waits by chance', async () => {
    const { clock, root } = bench(0.5);
    const worker = new Worker(root, failsIn(1, 2), {
      backoff: { firstMs: 1000, maxMs: 60_000, factor: 2, jitter: 0.4 },
    });
    await root.start();
    await clock.advanceBy(60_000);
    expect(worker.runsAtMs).toEqual([0, 800, 2400]);
    await root.stop();
  });

  it('counts anew when it has worked for the length of the window', async () => {
    const { clock, root } = bench();
    const worker = new Worker(
      root,
      async (signal, ready) => {
        ready();
        await new Promise<void>((resolve) => clock.after(20_000, 'work', resolve));
        signal.throwIfAborted();
        throw new Error('broke off');
      },
      { restarts: 1, windowMs: 10_000 },
    );
    await root.start();
    await clock.advanceBy(20_000 * 50);
    expect(worker.runsAtMs.length).toBeGreaterThan(45);
    expect(worker.status).toBe('running');
    await clock.pump(root.stop());
  });

  it('tries within its own start, which then takes as long', async () => {
    const { clock, root } = bench();
    const worker = new Worker(root, (signal, ready, round) =>
      round < 3 ? Promise.reject(new Error('not yet')) : works(signal, ready, round),
    );
    await clock.pump(root.start());
    expect(worker.runsAtMs).toEqual([0, 1000, 3000]);
    expect(worker.status).toBe('running');
    expect(worker.describe()).not.toHaveProperty('problem');
    await root.stop();
  });

  it('stops while it waits to be begun again', async () => {
    const { clock, root } = bench();
    const worker = new Worker(root, fails);
    await root.start();
    await clock.settle();
    await root.stop();
    expect(worker.status).toBe('stopped');
    expect(clock.timers()).toEqual([]);
  });

  it('stops in the middle of a start', async () => {
    const { clock, root, lines } = bench();
    const worker = new Worker(root, () => Promise.reject(new Error('not yet')));
    const started = root.start();
    started.catch(() => undefined);
    await clock.settle();
    expect(worker.status).toBe('starting');
    await root.stop();
    await expect(started).rejects.toBeInstanceOf(Cancelled);
    expect(worker.status).toBe('stopped');
    expect(clock.timers()).toEqual([]);
    expect(lines.filter(({ msg }) => msg.includes('cleanly'))).toEqual([]);
  });

  it('leaves its owner when its work has ended', async () => {
    const { clock, root } = bench();
    const worker = new Worker(root, (_signal, ready) => {
      ready();
      return Promise.resolve();
    });
    await root.start();
    await clock.settle();
    expect(worker.status).toBe('stopped');
    expect(root.children.size).toBe(0);
    await root.stop();
  });

  it('does not wait for ever for work that ignores its signal', async () => {
    const { clock, root, lines } = bench();
    new Worker(root, (_signal, ready) => {
      ready();
      return new Promise(() => undefined);
    });
    await root.start();
    await clock.pump(root.stop());
    expect(lines.at(-1)).toMatchObject({ failures: [{ path: 'worker', code: 'TIMED_OUT' }] });
  });
});

describe('a spent budget', () => {
  it('ends the daemon, which the root is told', async () => {
    const { clock, root, fatal } = bench();
    const worker = new Worker(root, fails, { restarts: 2 });
    await root.start();
    await clock.advanceBy(600_000);
    expect(worker.runsAtMs).toEqual([0, 1000, 3000]);
    expect(fatal).toEqual(['worker: Error: broke off']);
    expect(worker.status).toBe('degraded');
    await root.stop();
  });

  it('fails the start if it is spent before the work has ever begun well', async () => {
    const { clock, root, fatal } = bench();
    const worker = new Worker(root, () => Promise.reject(new Error('port in use')), { restarts: 1 });
    const started = root.start();
    started.catch(() => undefined);
    await clock.advanceBy(1000);
    await expect(started).rejects.toThrow('port in use');
    expect(worker.status).toBe('failed');
    expect(fatal).toEqual([]);
  });

  it('is not needed where nothing can heal', async () => {
    const { root } = bench();
    const worker = new Worker(root, () => Promise.reject(new Error('refused')), {}, false);
    await expect(root.start()).rejects.toThrow('refused');
    expect(worker.runsAtMs).toEqual([0]);
  });

  it('goes without, and the start goes on', async () => {
    const { clock, root, fatal, lines } = bench();
    const worker = new Worker(root, () => Promise.reject(new Error('no')), { restarts: 1, whenSpent: 'go-without' });
    const started = root.start();
    await clock.advanceBy(600_000);
    await started;
    expect(root.status).toBe('running');
    expect(worker.status).toBe('degraded');
    expect(worker.describe()).toMatchObject({ problem: { message: 'no' } });
    expect(worker.runsAtMs).toHaveLength(2);
    expect(fatal).toEqual([]);
    expect(lines.at(-1)?.msg).toContain('goes on without it');
    await root.stop();
    expect(worker.status).toBe('stopped');
  });

  it('cools down, then begins anew with a whole budget', async () => {
    const { clock, root } = bench();
    const worker = new Worker(root, failsIn(1, 2, 3), { restarts: 1, whenSpent: 'cool-down', coolDownMs: 60_000 });
    await root.start();
    await clock.advanceBy(30_000);
    expect(worker.status).toBe('degraded');
    await clock.advanceBy(31_000);
    expect(worker.runsAtMs).toEqual([0, 1000, 61_000]);
    expect(worker.status).toBe('retrying');
    await clock.advanceBy(1000);
    expect(worker.status).toBe('running');
    await root.stop();
  });
});

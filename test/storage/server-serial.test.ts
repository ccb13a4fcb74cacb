import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import type { Commit, CommitOutcome, StorageAdapter } from '../../src/storage/storage-link.ts';
import { Storage } from '../../src/storage/storage.ts';
import { isThere, postgresAt, postgresPlace, redisAt, redisPlace } from './real-servers.ts';

const servers = [
  { name: 'PostgreSQL', makePlace: postgresPlace, isThere: await isThere('PostgreSQL', postgresAt) },
  { name: 'Redis', makePlace: redisPlace, isThere: await isThere('Redis', redisAt) },
];

const KEYS = ['a', 'b', 'c'] as const;
const NAMESPACE = 'serial';

/** What a daemon does in a step: it looks at some keys, and writes others if those are still the same. */
const step = fc.record({
  reads: fc.subarray([...KEYS], { minLength: 1 }),
  writes: fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), fc.boolean()), {
    minLength: 1,
    selector: ([key]) => key,
  }),
});

interface Done {
  readonly commit: Commit;
  readonly version: number;
}

describe.for(servers.filter((server) => server.isThere))('commits in $name', ({ makePlace }) => {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
  const place = makePlace();
  const daemons: StorageAdapter[] = [];
  afterEach(async () => {
    for (const daemon of daemons) await daemon.close();
    await place[Symbol.asyncDispose]();
  });

  it('of several daemons happen as if one after the other', { timeout: 30_000 }, async () => {
    for (let count = 0; count < 3; count += 1) {
      const daemon = place.adapter(clock);
      daemons.push(daemon);
      await daemon.open(new AbortController().signal);
    }
    let runs = 0;
    let conflicts = 0;
    const workOf = fc.array(fc.array(step, { minLength: 2, maxLength: 6 }), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(workOf, async (work) => {
        runs += 1;
        const namespace = `${NAMESPACE}${runs}`;
        const done: Done[] = [];
        await Promise.all(
          work.map(async (steps, index) => {
            const link = daemons[index % daemons.length];
            if (link === undefined) throw new Error('there is no such daemon');
            for (const each of steps) {
              const commit = await commitOf(new Storage(link, clock), namespace, each);
              const outcome: CommitOutcome = await link.commit(commit);
              if (outcome.kind === 'committed') done.push({ commit, version: outcome.version });
              else conflicts += 1;
            }
          }),
        );
        // Both servers count commits as they carry them out, so versions are the order; and in it every check held.
        const model = new Map<string, number>();
        for (const { commit, version } of done.toSorted((left, right) => left.version - right.version)) {
          for (const { key, version: checked } of commit.checks) expect(model.get(key) ?? 0).toBe(checked);
          for (const { kind, key } of commit.writes) {
            if (kind === 'set') model.set(key, version);
            else model.delete(key);
          }
        }
        const { entries } = await new Storage(daemons[0] as StorageAdapter, clock).list(namespace);
        expect(new Map(entries.map(({ key, version }) => [key, version]))).toEqual(model);
      }),
      { numRuns: 25, seed: 20_261_121 },
    );
    expect(conflicts).toBeGreaterThan(0);
  });
});

async function commitOf(
  storage: Storage,
  namespace: string,
  { reads, writes }: { readonly reads: readonly string[]; readonly writes: readonly (readonly [string, boolean])[] },
): Promise<Commit> {
  const there = await storage.getMany(namespace, reads);
  return {
    checks: reads.map((key) => ({ namespace, key, version: there.get(key)?.version ?? 0 })),
    writes: writes.map(([key, sets]) =>
      sets ? storage.write(namespace, key, 1) : ({ kind: 'delete', namespace, key } as const),
    ),
  };
}

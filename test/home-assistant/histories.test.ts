import { describe, it } from 'vitest';
import { live } from './history.ts';

/**
 * Each history is one of its seed. To see one again:
 *
 *   HISTORIES_FROM=4711 HISTORIES=1 npx vitest run --config test/vitest.config.ts test/home-assistant/histories.test.ts
 */
const FROM = Number(process.env['HISTORIES_FROM'] ?? 1);
const COUNT = Number(process.env['HISTORIES'] ?? 1000);
const BATCH = 100;

describe('whatever happens between a home and the daemon', () => {
  const batches = Array.from({ length: Math.ceil(COUNT / BATCH) }, (_, index) => FROM + index * BATCH);

  it.each(batches)('all is well afterwards, for seeds from %i on', { timeout: 60_000 }, async (first) => {
    for (let seed = first; seed < Math.min(first + BATCH, FROM + COUNT); seed += 1) {
      try {
        await live(seed);
      } catch (error) {
        throw new Error(`The history of seed ${seed} ends badly (HISTORIES_FROM=${seed} HISTORIES=1 shows it again)`, {
          cause: error,
        });
      }
    }
  });
});

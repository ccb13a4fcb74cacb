import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { livingHome } from '../../src/runtime/living-home.ts';

/** What the people of a home do in three hours of a morning. */
async function morning(name: string | undefined, seed = 1): Promise<readonly string[]> {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-23T05:30:00Z') });
  const living = await livingHome({ seed }, clock, name);
  const seen: string[] = [];
  living.start();
  for (let minute = 0; minute < 180; minute += 1) {
    await clock.advanceBy(60_000);
    const lit = [...living.home.states.all()].filter(
      ({ entityId, state }) => entityId.includes('motion') && state === 'on',
    );
    seen.push(lit.map(({ entityId }) => entityId).join(' '));
  }
  living.stop();
  return seen;
}

describe('simulated homes of one daemon', () => {
  it('have each a day of its own, the same one each time', async () => {
    const [house, again, cabin, cabinAgain, attic] = await Promise.all([
      morning('default'),
      morning(undefined),
      morning('cabin'),
      morning('cabin'),
      morning('attic'),
    ]);
    expect(house.some((rooms) => rooms !== '')).toBe(true);
    expect(again).toEqual(house);
    expect(cabinAgain).toEqual(cabin);
    expect(cabin).not.toEqual(house);
    expect(attic).not.toEqual(cabin);
    expect(await morning('cabin', 2)).not.toEqual(cabin);
  });
});

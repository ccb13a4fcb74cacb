import { describe, expect, it } from 'vitest';
import type { HistoryState } from '../../src/home-assistant/api/history.ts';
import { openSimulatedApi } from './simulated-api.ts';

const POWER = 'sensor.power';

async function all(items: AsyncIterable<HistoryState>): Promise<HistoryState[]> {
  const list: HistoryState[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('api.history', () => {
  it('is read page by page, without a gap and nothing twice', async () => {
    await using t = await openSimulatedApi({ states: { [POWER]: '0' } });
    let asked = 0;
    t.simulated.add({
      name: 'count',
      command: (command, _connection, pass) => {
        if (command.type === 'history/history_during_period') asked += 1;
        pass(command);
      },
    });
    for (let hour = 1; hour <= 50; hour += 1) {
      await t.clock.advanceBy(3_600_000);
      t.simulated.setState(POWER, String(hour));
    }
    const states = await t.given(all(t.api.history(POWER, { since: '40h' })));
    expect(states.map(({ number }) => number)).toEqual(Array.from({ length: 41 }, (_, index) => index + 10));
    expect(states.map(({ before }) => before)).toEqual([true, ...Array(40).fill(false)]);
    // 6, 12 and the rest.
    expect(asked).toBe(3);
  });

  it('asks no further than the loop goes', async () => {
    await using t = await openSimulatedApi({ states: { [POWER]: '0' } });
    let asked = 0;
    t.simulated.add({
      name: 'count',
      command: (command, _connection, pass) => {
        if (command.type === 'history/history_during_period') asked += 1;
        pass(command);
      },
    });
    await t.clock.advanceBy(86_400_000);
    const seen = async (): Promise<number> => {
      for await (const { number = -1 } of t.api.history(POWER, { since: '1d' })) return number;
      return Number.NaN;
    };
    await expect(t.given(seen())).resolves.toBe(0);
    expect(asked).toBe(1);
  });

  it('survives the loss of the connection', async () => {
    await using t = await openSimulatedApi({ states: { [POWER]: '0' } });
    await t.clock.advanceBy(86_400_000);
    let lost = false;
    t.simulated.add({
      name: 'lose',
      command: (command, connection, pass) => {
        if (command.type !== 'history/history_during_period' || lost) return pass(command);
        lost = true;
        connection.drop();
      },
    });
    const states = await t.given(all(t.api.history(POWER, { since: '1h' })));
    expect(states.map(({ state }) => state)).toEqual(['0']);
    expect(lost).toBe(true);
  });

  it.each([
    ['yesterday', 'since'],
    ['2026-11-21T12:00:00', 'no moment'],
  ])('takes moments and durations, and not "%s"', async (since, message) => {
    await using t = await openSimulatedApi();
    await expect(t.given(all(t.api.history(POWER, { since })))).rejects.toThrow(message);
    await expect(t.given(all(t.api.history([], { since: '1h' })))).rejects.toThrow('no entity');
  });
});

describe('a dry run', () => {
  it('reads, and keeps back what would change something', async () => {
    await using t = await openSimulatedApi({ todoLists: { 'todo.chores': ['Bins'] } }, { dryRun: true });
    await expect(t.given(t.api.todo.items('todo.chores'))).resolves.toMatchObject([{ summary: 'Bins' }]);
    await t.given(t.api.todo.add('todo.chores', 'Milk'));
    await expect(t.given(t.api.helpers.create('counter', { name: 'Visits' }))).resolves.toBeUndefined();
    await t.given(t.api.system.restart());
    expect(t.api.withheld.map(({ what }) => what)).toEqual([
      "api.call('todo.add_item')",
      "api.helpers.create('counter')",
      "api.call('homeassistant.restart')",
    ]);
    await expect(t.given(t.api.todo.items('todo.chores'))).resolves.toHaveLength(1);
  });
});

describe('api.system.restart', () => {
  it('is done when the home goes down, which nobody answers', async () => {
    await using t = await openSimulatedApi();
    await t.given(t.api.system.restart());
    expect(t.simulated.isUp).toBe(false);
  });
});

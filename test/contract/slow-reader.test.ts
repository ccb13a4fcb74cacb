import { describe, expect, it } from 'vitest';
import { HomeConnection } from '../../src/home-assistant/connection/home-connection.ts';
import { NetworkTransport } from '../../src/home-assistant/connection/network-transport.ts';
import { callService } from '../../src/home-assistant/protocol/commands.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { NUMBER, openApiHome } from './api-client.ts';
import { RecordingSink } from '../home-assistant/recording-sink.ts';

const CHANGES = 250;
/** What each change costs whoever handles it, without a break. */
const COST_MS = 8;

describe('a daemon whose handlers compute for too long', () => {
  it('says that it is behind and when it is no longer, keeps its connection, and misses nothing', async () => {
    await using contract = await openApiHome();
    const clock = new SystemClock();
    const logging = new Logging({ clock, level: 'info', format: 'silent' });
    const log: string[] = [];
    const caughtUp = Promise.withResolvers<void>();
    logging.tap(({ msg }) => {
      log.push(msg);
      if (msg.includes('read in time again')) caughtUp.resolve();
    });
    await using transport = new NetworkTransport({ clock, url: contract.url });
    const { token } = contract;
    await using connection = new HomeConnection({ clock, logging }, { home: 'contract', transport, token });
    const sink = new RecordingSink();
    const worst = { oldestMs: 0 };
    const compute = (): void => {
      worst.oldestMs = Math.max(worst.oldestMs, connection.reading.oldestMs);
      const endMs = clock.monotonicMs() + COST_MS;
      while (clock.monotonicMs() < endMs);
    };
    connection.attach({
      onStatus: (status) => sink.onStatus(status),
      onSnapshot: (snapshot) => sink.onSnapshot(snapshot),
      onEvent: () => undefined,
      onConfig: () => undefined,
      onDifferences: (differences) => {
        sink.onDifferences(differences);
        compute();
      },
      onDifference: (entityId, difference) => {
        sink.onDifference(entityId, difference);
        compute();
      },
    });
    await connection.start();
    await sink.until(() => sink.phases.includes('ready'));
    log.length = 0;

    const set = (value: number): Promise<unknown> => {
      const target = { entity_id: NUMBER };
      const call = callService({ domain: 'input_number', service: 'set_value', data: { value }, target });
      return connection.command(call, { timeoutMs: 60_000 });
    };
    const calls = Array.from({ length: CHANGES }, (_, index) => set(index % 2));
    await Promise.all(calls);
    const values = (): (string | undefined)[] => sink.differences.flatMap(({ c }) => c?.[NUMBER]?.['+']?.s ?? []);
    await sink.until(() => values().length >= CHANGES - 1);
    expect(worst.oldestMs).toBeGreaterThan(1000);
    await caughtUp.promise;

    expect(log.map((line) => line.replace(/,.*|;.*/, ''))).toEqual([
      'home "contract" is read too slowly',
      'home "contract" is read in time again',
    ]);
    expect(sink.snapshots).toHaveLength(1);
    expect(values().every((value, index, all) => index === 0 || value !== all[index - 1])).toBe(true);
    expect(connection.reading).toEqual({ waiting: 0, oldestMs: 0, paused: false, behind: false });
    await set(20);
  }, 180_000);
});

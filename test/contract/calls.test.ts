import { describe, expect, it } from 'vitest';
import { HomeConnection } from '../../src/home-assistant/connection/home-connection.ts';
import { NetworkTransport } from '../../src/home-assistant/connection/network-transport.ts';
import { callService } from '../../src/home-assistant/protocol/commands.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { NUMBER, openApiHome } from './api-client.ts';

/** How many calls the app makes that does not wait for any. */
const MANY = 2000;

describe('many calls of one app', () => {
  it("do not hold up another's single one, and all are answered", async () => {
    await using contract = await openApiHome();
    const clock = new SystemClock();
    const logging = new Logging({ clock, level: 'info', format: 'silent' });
    await using transport = new NetworkTransport({ clock, url: contract.url });
    await using connection = new HomeConnection(
      { clock, logging },
      { home: 'contract', transport, token: contract.token, callLimits: { inFlight: 20, waiting: MANY } },
    );
    await connection.start();
    const set = (app: string, value: number): Promise<unknown> =>
      connection.command(
        callService({
          domain: 'input_number',
          service: 'set_value',
          data: { value },
          target: { entity_id: NUMBER },
        }),
        { app, timeoutMs: 60_000 },
      );
    await set('greedy', 0);

    let answered = 0;
    const all = Array.from({ length: MANY }, (_, index) => set('greedy', index % 100).then(() => (answered += 1)));
    const answeredBefore = await set('modest', 50).then(() => answered);
    expect(connection.calls).toMatchObject({ refused: 0, limit: 20 });
    expect(answeredBefore).toBeLessThan(200);
    await Promise.all(all);
    expect(answered).toBe(MANY);
    expect(connection.calls).toMatchObject({ inFlight: 0, waiting: 0 });
    await set('greedy', 20);
  });
});

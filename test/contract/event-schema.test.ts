import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApi, openApiHome } from './api-client.ts';
import { openBus } from './bus-client.ts';

describe('events whose data a schema checks', () => {
  it('are handed over as it makes them, or told as what does not fit', async () => {
    await using contract = await openApiHome();
    await using open = await openApi(contract);
    await using client = await openBus(open);
    const { bus, warnings } = client;
    const schema = z.object({ command: z.enum(['on', 'off']), level: z.coerce.number(), args: z.array(z.int()) });
    const seen: unknown[] = [];
    const last = Promise.withResolvers<void>();
    const subscription = bus.onEvent('contract_pressed', { name: 'pressed', schema }, ({ data }) => {
      seen.push(data);
      if (data.level === 3) last.resolve();
    });
    const fire = (data: Record<string, unknown>): Promise<unknown> => open.api.fireEvent('contract_pressed', data);
    await fire({ command: 'on', level: '1', args: [] });
    await fire({ command: 'dim', level: 2, args: [1, 'two'] });
    await fire({ command: 'off', level: 3, args: [4] });
    await last.promise;
    expect(seen).toEqual([
      { command: 'on', level: 1, args: [] },
      { command: 'off', level: 3, args: [4] },
    ]);
    expect(subscription.counters).toMatchObject({ received: 3, invalid: 1, run: 2 });
    expect(warnings).toEqual([expect.stringContaining('data.command is "dim"')]);
    expect(warnings[0]).toContain('data.args[1] is "two"');
  });
});

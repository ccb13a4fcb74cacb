import { App, type Json, z } from 'hassette';

const Away = z.object({ from: z.string(), until: z.string().optional() });

export class Right extends App {
  readonly rings = this.store.value('rings', z.number().default(0));
  readonly away = this.store.value('away', Away, { version: 2, migrate: (stored: Json) => ({ from: String(stored) }) });
  readonly seen = this.store.map('seen', z.enum(['once', 'often']));

  async all(): Promise<void> {
    const rings: number = await this.rings.get();
    const counted: number = await this.rings.update((before) => before + rings);
    const from: string | undefined = (await this.away.get())?.from;
    await this.away.set({ from: 'today' }, { ttl: { days: 3 } });
    await this.away.update((before) => ({ ...before, from: before?.from ?? 'today' }));
    await this.seen.set('binary_sensor.door', 'often');
    for await (const [key, value] of this.seen.entries()) this.logger.info(`${key}: ${value satisfies 'once' | 'often'}`);
    await this.store.set('plain', { counted, from, list: [1, 'two', null] }, { ttl: '12h' });
    const plain: Json | undefined = await this.store.get('plain');
    await this.store.update('plain', (before) => before ?? plain ?? null);
    using _watch = this.rings.watch((value) => this.logger.info(value.toFixed()));
  }
}

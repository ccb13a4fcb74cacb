import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { type FeedbackLoop, FeedbackWatch, type WatchedRun } from '../../src/bus/feedback-watch.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { startHouse } from '../home-assistant/house-fixture.ts';

const NOW = { now: Temporal.Instant.from('2026-03-01T12:00:00Z') };
const run = (by: string | undefined): WatchedRun => ({
  handler: 'toggle',
  by,
  what: 'light.hall: off → on',
  hint: 'x',
});

describe('a handler that answers its own app', () => {
  it('is told once, in words, with what would help', async () => {
    class Circle extends App {
      override onInitialize() {
        this.bus.onStateChange('light.hall', { name: 'toggle', mode: 'parallel' }, async () => {
          await this.tasks.sleep('20ms');
          await this.api.call('light.toggle', { target: 'light.hall' });
        });
      }
    }
    await using t = await runApp(Circle, { home: { 'light.hall': 'off' }, now: '2026-03-01T12:00:00Z' });
    await t.set('light.hall', 'on');
    await t.advance('30s');
    const told = t.logs.filter(({ msg }) => msg.includes('circle'));
    expect(told).toHaveLength(1);
    expect(told[0]?.msg).toMatch(
      /^circle goes in a circle: its handler "toggle" answers what circle does itself, more than 64 times in 20 s, the last time light\.hall: (off → on|on → off)$/,
    );
    expect(told[0]).toMatchObject({ hint: expect.stringContaining("{ cause: not('self') }") });
  });

  it('is told of topics as well, and of two apps that answer each other', async () => {
    await using t = await startHouse();
    t.bus.on('a', { name: 'answer' }, () => t.bus.emit('b'));
    const other = t.anotherApp('stairs');
    let left = 500;
    other.on('b', { name: 'back' }, () => {
      if ((left -= 1) > 0) other.emit('a');
    });
    other.emit('a');
    await t.settle();
    expect(t.warnings().filter((line) => line.includes('circle'))).toEqual([
      expect.stringMatching(
        /^(hallway and stairs|stairs and hallway) go in a circle: each answers what the other does/,
      ),
    ]);
  });
});

describe('the watch for circles', () => {
  function given(app = 'hall') {
    const clock = new VirtualClock(NOW);
    const told: FeedbackLoop[] = [];
    const watch = new FeedbackWatch(app, clock, new Map(), (loop) => told.push(loop));
    const runs = (count: number, by: (index: number) => string | undefined): void => {
      for (let index = 0; index < count; index += 1) if (watch.count()) watch.look(run(by(index)));
    };
    return { clock, told, runs };
  }

  it('keeps still while others are the cause, however fast it goes', () => {
    const { told, runs } = given();
    runs(10_000, () => undefined);
    runs(10_000, () => 'another');
    expect(told).toEqual([]);
  });

  it('keeps still while it goes at the pace of people', async () => {
    const { clock, told, runs } = given();
    for (let index = 0; index < 1000; index += 1) {
      runs(1, () => 'hall');
      await clock.advanceBy(400);
    }
    expect(told).toEqual([]);
  });

  it('tells again only when ten minutes have passed', async () => {
    const { clock, told, runs } = given();
    runs(10_000, () => 'hall');
    expect(told).toHaveLength(1);
    await clock.advanceBy(599_000);
    runs(10_000, () => 'hall');
    expect(told).toHaveLength(1);
    await clock.advanceBy(2000);
    runs(10_000, () => 'hall');
    expect(told).toHaveLength(2);
  });

  it('finds a circle in a quarter of other runs', () => {
    const { told, runs } = given();
    runs(1000, (index) => (index % 4 === 0 ? undefined : 'hall'));
    expect(told).toHaveLength(1);
  });
});

import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';

const home = { 'light.hallway': 'off' };

/** An app whose start takes its time. */
class Slow extends App {
  readonly seen: string[] = [];

  override async onInitialize() {
    await this.tasks.sleep('10s');
    this.bus.onStateChange('light.hallway', (event) => this.seen.push(event.to?.state ?? 'gone'));
  }
}

describe('runApp', () => {
  it('gives an app that has started, however long that takes', async () => {
    await using t = await runApp(Slow, { home, now: '2026-01-15T12:00:00Z' });
    expect(t.report).toMatchObject({ status: 'running' });
    expect(t.now.toInstant().toString()).toBe('2026-01-15T12:00:10Z');
    await t.set('light.hallway', 'on');
    expect(t.app.seen).toEqual(['on']);
  });

  it('has run what is due at the start', async () => {
    class Due extends App {
      runs = 0;
      readonly job = this.scheduler.register('due', () => (this.runs += 1));
    }
    await using t = await runApp(Due, { home });
    t.app.job.submit(undefined, { in: '10m', durable: true });
    await t.restart({ down: '1h' });
    expect(t.app.runs).toBe(1);
  });

  it('puts the home where the test says, for the sun', async () => {
    class Sunny extends App {}
    const now = '2026-06-21T00:30[Europe/Oslo]';
    await using north = await runApp(Sunny, { now, place: { latitude: 69.65, longitude: 18.96 } });
    await using elsewhere = await runApp(Sunny, { now });
    expect([north.app.sun.isUp(), elsewhere.app.sun.isUp()]).toEqual([true, false]);
  });

  it('tells of an app that does not come to an end with its start', async () => {
    class Stuck extends App {
      override async onInitialize() {
        await this.bus.waitFor('light.hallway', { to: 'on' });
      }
    }
    await expect(runApp(Stuck, { home })).rejects.toThrow(/did not start: .*time limit/);
  });
});

describe('the clocks of a test', () => {
  it('are set, and no time passes by that', async () => {
    await using t = await runApp(Slow, { home, now: '2026-01-15T12:00:00Z' });
    await t.stepClock('-1h');
    expect(t.now.toInstant().toString()).toBe('2026-01-15T11:00:10Z');
    expect(t.app.clock.now().epochMilliseconds).toBe(t.now.epochMilliseconds);
  });
});

import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { expect, it } from 'vitest';

/** An app that swallows whatever it is told of its end, and goes on all the same. */
class Stubborn extends App {
  readonly outcomes: string[] = [];

  override onInitialize(): void {
    this.bus.onStateChange('switch.hall', { mode: 'restart' }, (event) => this.#goOn(String(event.to?.state)));
    this.tasks.spawn('leftover', () => this.#goOn('leftover'));
  }

  async #goOn(why: string): Promise<void> {
    await this.tasks.sleep('1m').catch(() => undefined);
    const attempts: readonly (() => unknown)[] = [
      () => this.api.call('light.toggle', { target: 'light.hall' }),
      () => this.api.fireEvent('stubborn'),
      () => this.tasks.sleep('1s'),
      () => this.scheduler.runIn('1s', () => this.outcomes.push(`${why}: a job`)),
      () => this.bus.onStateChange('light.hall', () => this.outcomes.push(`${why}: an event`)),
      () => this.bus.emit('stubborn', {}),
      () => this.tasks.spawn('another', () => this.outcomes.push(`${why}: a task`)),
    ];
    for (const attempt of attempts) {
      try {
        await attempt();
        this.outcomes.push(`${why}: done`);
      } catch (error) {
        this.outcomes.push(`${why}: ${error instanceof Error ? error.name : String(error)}`);
      }
    }
  }
}

it('an app that goes on after it was called off changes nothing', async () => {
  const t = await runApp(Stubborn, { home: { 'switch.hall': 'off', 'light.hall': 'off' } });
  const { app } = t;
  await t.set('switch.hall', 'on');
  await t.set('switch.hall', 'off');
  const refused = (why: string): string[] => Array.from({ length: 7 }, () => `${why}: Cancelled`);
  expect(app.outcomes).toEqual(refused('on'));
  expect(t.calls()).toEqual([]);

  await t.stop();
  const all = [...refused('on'), ...refused('off'), ...refused('leftover')];
  expect(app.outcomes.toSorted()).toEqual(all.toSorted());
  expect(t.calls()).toEqual([]);
  expect(t.failures).toEqual([]);
  expect(t.logs.filter(({ level }) => level === 'error')).toEqual([]);
});

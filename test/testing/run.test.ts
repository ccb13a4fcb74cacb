import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';

class Hallway extends App {
  async flash(times: number): Promise<string> {
    for (let flash = 0; flash < times; flash += 1) {
      await this.entity('light.hallway').turnOn();
      await this.tasks.sleep('1s');
      await this.entity('light.hallway').turnOff();
      await this.tasks.sleep('1s');
    }
    return 'flashed';
  }
}

const home = { 'light.hallway': 'off' };

describe('AppUnderTest.run', () => {
  it('waits for what it calls, and lets the time pass that it takes', async () => {
    await using t = await runApp(Hallway, { home });
    const began = t.now;
    expect(await t.run((app) => app.flash(3))).toBe('flashed');
    expect(began.until(t.now).total('seconds')).toBe(6);
    expect(t.calls('light.turn_on')).toHaveLength(3);
  });

  it('takes what is no promise', async () => {
    await using t = await runApp(Hallway, { home });
    expect(await t.run((app) => app.states.size)).toBe(1);
  });

  it('passes on what is thrown, at once or later', async () => {
    await using t = await runApp(Hallway, { home });
    await expect(t.run((app) => app.states.number('light.hallway'))).rejects.toThrow('which is no number');
    await expect(t.run((app) => app.entity('light.hallwy').turnOn())).rejects.toThrow('light.hallwy');
  });

  it('says so where nothing is left that could end it', async () => {
    await using t = await runApp(Hallway, { home });
    const never = Promise.withResolvers<void>();
    await expect(t.run(() => never.promise)).rejects.toThrow(/quiet|wait/i);
  });
});

import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import { type Execution, runInExecution } from '../../src/kernel/execution.ts';
import { assertMayAct, Life } from '../../src/kernel/life.ts';

/** An execution as plain as it can be. */
function executionOf(owner: string, signal: AbortSignal = new AbortController().signal): Execution {
  return {
    id: 'e1',
    signal,
    owner,
    kind: 'handler',
    name: 'motion',
    assertLive: () => signal.throwIfAborted(),
    park: () => () => undefined,
  };
}

describe('Life', () => {
  it('ends once, with the first reason', () => {
    const life = new Life('hallway_light');
    const reason = new Cancelled('reloaded');
    expect(life.ended).toBe(false);
    life.assertLive('anything');
    life.stop(reason);
    life.stop(new Cancelled('again'));
    expect(life.ended).toBe(true);
    expect(life.signal.reason).toBe(reason);
  });

  it('says what it refuses and whose life has ended', () => {
    const life = new Life('hallway_light');
    life.stop(new Cancelled('reloaded'));
    expect(() => life.assertLive("api.call('light.turn_on')")).toThrow(
      'api.call(\'light.turn_on\') was refused: "hallway_light" has stopped',
    );
  });
});

describe('assertMayAct', () => {
  const stopped = (name: string): Life => {
    const life = new Life(name);
    life.stop(new Cancelled('stopped'));
    return life;
  };

  it('asks the life where there is no execution', () => {
    expect(() => assertMayAct(stopped('a'), 'sleep')).toThrow(Cancelled);
    assertMayAct(new Life('a'), 'sleep');
  });

  it("lets an app's shutdown hook act though its life has ended", () => {
    runInExecution(executionOf('a'), () => assertMayAct(stopped('a'), 'sleep'), undefined);
  });

  it('refuses a cancelled execution of an app that lives', () => {
    const execution = executionOf('a', AbortSignal.abort(new Cancelled('timed out')));
    expect(() => runInExecution(execution, () => assertMayAct(new Life('a'), 'sleep'), undefined)).toThrow('timed out');
  });

  it('refuses what one app does through another that has stopped', () => {
    expect(() => runInExecution(executionOf('a'), () => assertMayAct(stopped('b'), 'sleep'), undefined)).toThrow('"b"');
  });
});

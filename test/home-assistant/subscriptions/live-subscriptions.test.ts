import { describe, expect, it } from 'vitest';
import { CommandRefused } from '../../../src/home-assistant/home-errors.ts';
import type { Failure } from '../../../src/kernel/failure.ts';
import { type House, startHouse } from '../house-fixture.ts';

/** What the home is asked to keep telling, in the order in which it was asked. */
function tell(t: House, event: unknown, index = 0): void {
  t.link.subscribed[index]?.sink.onEvent(event);
}

const SUN = { trigger: 'sun', event: 'sunset' } as const;

describe('onTrigger', () => {
  it('has the home evaluate it, for as long as somebody listens', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    const subscription = t.bus.onTrigger(SUN, ({ kind, trigger, context }) => void seen.push([kind, trigger, context]));
    expect(t.link.subscribed.map(({ subscription: { command, sharing } }) => [command, sharing])).toEqual([
      [{ type: 'subscribe_trigger', trigger: SUN }, 'moments'],
    ]);
    const trigger = { id: '0', idx: '0', alias: null, platform: 'sun', event: 'sunset' };
    tell(t, { variables: { trigger }, context: { id: 'C', parent_id: null, user_id: 'U' } });
    tell(t, { variables: { trigger } });
    tell(t, 'something else');
    expect(seen).toEqual([
      ['trigger', trigger, { id: 'C', parentId: null, userId: 'U' }],
      ['trigger', trigger, null],
    ]);
    expect(subscription.counters).toMatchObject({ received: 2, run: 2 });
    subscription.cancel();
    expect(t.link.subscribed).toEqual([]);
  });

  it('ends with the app', async () => {
    await using t = await startHouse();
    t.bus.onTrigger([SUN, { trigger: 'my_integration.knock', times: 2 }], () => undefined);
    expect(t.link.subscribed).toHaveLength(1);
    t.stopApp();
    expect(t.link.subscribed).toEqual([]);
  });

  it('says once what the home refuses', async () => {
    await using t = await startHouse();
    t.bus.onTrigger({ trigger: 'no_such' }, () => undefined);
    const refusal = new CommandRefused('subscribe_trigger was refused', { homeCode: 'invalid_format' });
    t.link.subscribed[0]?.sink.onRefused(refusal, false);
    t.link.subscribed[0]?.sink.onRefused(refusal, true);
    expect(t.warnings()).toEqual([expect.stringContaining('onTrigger(no_such): subscribe_trigger was refused')]);
  });

  it.each([[[]], [{}], ['sunset'], [[{ event: 'sunset' }]]])('refuses %j, which is no trigger', async (trigger) => {
    await using t = await startHouse();
    expect(() => t.bus.onTrigger(trigger as never, () => undefined)).toThrow('which is no trigger');
  });
});

describe('onTemplate', () => {
  it('tells what it gives, and again when that is something else', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    t.bus.onTemplate('{{ x }}', { variables: { x: 1 } }, ({ result }) => void seen.push(result));
    expect(t.link.subscribed[0]?.subscription).toEqual({
      command: { type: 'render_template', template: '{{ x }}', report_errors: true, variables: { x: 1 } },
      sharing: 'values',
    });
    for (const result of [[1], [1], [1, 2]]) tell(t, { result, listeners: {} });
    expect(seen).toEqual([[1], [1, 2]]);
  });

  it('reports a template that fails as a failure of the handler', async () => {
    const failures: Failure[] = [];
    await using t = await startHouse({}, { onError: (failure) => void failures.push(failure) });
    t.bus.onTemplate('{{ 1 / 0 }}', { name: 'shaky' }, () => undefined);
    tell(t, { error: "'x' is undefined", level: 'WARNING' });
    tell(t, { error: 'ZeroDivisionError: division by zero', level: 'ERROR' });
    await t.settle();
    expect(failures).toMatchObject([{ name: 'shaky', error: { code: 'EVALUATION_FAILED' } }]);
  });
});

describe('onCondition', () => {
  it('tells whether it holds, at first and whenever that changes', async () => {
    await using t = await startHouse();
    const seen: boolean[] = [];
    t.bus.onCondition({ condition: 'sun', after: 'sunset' }, ({ met }) => void seen.push(met));
    for (const result of [false, false, true]) tell(t, { result });
    expect(seen).toEqual([false, true]);
  });
});

describe('onTodoChange', () => {
  it('tells all that stands in the list', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    t.bus.onTodoChange('todo.chores', ({ entityId, items }) => void seen.push([entityId, items]));
    const milk = { summary: 'Milk', uid: 'u', status: 'needs_action', due: '2026-11-22', description: null };
    tell(t, { items: [milk] });
    tell(t, { items: [milk] });
    const due = Temporal.PlainDate.from('2026-11-22');
    const rest = { description: undefined, completed: undefined };
    expect(seen).toEqual([['todo.chores', [{ uid: 'u', summary: 'Milk', status: 'needs_action', due, ...rest }]]]);
  });
});

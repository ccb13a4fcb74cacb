import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EventHistory,
  type Happening,
  type HappeningKind,
  HISTORY_LIMITS,
  type HistoryLimits,
  mergedHappenings,
} from '../../src/bus/event-history.ts';
import { jsonWeight } from '../../src/bus/json-weight.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

const EVENT: HappeningKind = { kind: 'event', read: (now) => ({ data: now }) };
const STATE: HappeningKind = { kind: 'state', read: (to, from) => ({ from, to }) };

function given(limits: Partial<HistoryLimits> = {}) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-01T12:00:00Z') });
  const history = new EventHistory('default', clock, { ...HISTORY_LIMITS, ...limits });
  const subjects = (): readonly string[] => history.read({}).map(({ subject }) => subject);
  return { clock, history, subjects };
}

describe('the history of events', () => {
  it('tells what happened, the oldest first, and who was told', async () => {
    const { clock, history } = given();
    const press = { command: 'toggle' };
    history.note(EVENT, 'zha_event', press, undefined, 'hall');
    history.note(EVENT, 'zha_event', press, undefined, 'stairs');
    history.note(EVENT, 'zha_event', press, undefined, 'hall');
    await clock.advanceBy(60_000);
    history.note(STATE, 'light.hall', 'on', 'off', 'hall');
    expect(history.read({})).toEqual([
      {
        ...{ kind: 'event', home: 'default', subject: 'zha_event', heardBy: ['hall', 'stairs'] },
        ...{ atMs: Date.parse('2026-03-01T12:00:00Z'), data: { data: press } },
      },
      {
        ...{ kind: 'state', home: 'default', subject: 'light.hall', heardBy: ['hall'] },
        ...{ atMs: Date.parse('2026-03-01T12:01:00Z'), data: { from: 'off', to: 'on' } },
      },
    ]);
  });

  it('takes for one what is told in one moment, and what is told of it much later for another', async () => {
    const { clock, history, subjects } = given();
    history.note(STATE, 'light.hall', 'on', 'off', 'at once');
    await clock.advanceBy(300_000);
    history.note(STATE, 'light.hall', 'on', 'off', 'held for five minutes');
    history.note(STATE, 'light.hall', 'off', 'on', 'at once');
    expect(subjects()).toEqual(['light.hall', 'light.hall', 'light.hall']);
  });

  it('answers by kind, subject, app, time and number', async () => {
    const { clock, history } = given();
    history.note(EVENT, 'a', {}, undefined, 'hall');
    await clock.advanceBy(60_000);
    history.note(EVENT, 'b', {}, undefined, 'stairs');
    history.note(STATE, 'b', {}, undefined, 'hall');
    const asked = (question: Parameters<EventHistory['read']>[0]): readonly string[] =>
      history.read(question).map(({ kind, subject }) => `${kind} ${subject}`);
    expect(asked({ kind: 'event' })).toEqual(['event a', 'event b']);
    expect(asked({ isMeant: (subject) => subject === 'b' })).toEqual(['event b', 'state b']);
    expect(asked({ heardBy: 'hall' })).toEqual(['event a', 'state b']);
    expect(asked({ sinceMs: clock.nowMs() })).toEqual(['event b', 'state b']);
    expect(asked({ limit: 1 })).toEqual(['state b']);
  });

  it('takes for one what several are told with something else in between, be it a great deal', () => {
    const { history } = given();
    history.note(STATE, 'light.hall', 'on', 'off', 'hall');
    for (let index = 0; index < 1499; index += 1) history.note(EVENT, `button ${index}`, {}, undefined, 'hall');
    history.note(STATE, 'light.hall', 'on', 'off', 'stairs');
    expect(history.read({ kind: 'state' })).toMatchObject([{ subject: 'light.hall', heardBy: ['hall', 'stairs'] }]);
    expect(history.size.events).toBe(1500);
  });

  it('remembers no more of what is heavy than it may, and the light ones beside it', () => {
    const { history } = given({ bytes: 100_000 });
    for (let index = 0; index < 3000; index += 1) {
      history.note(EVENT, 'picture', { jpeg: 'x'.repeat(20_000), index }, undefined, 'door');
      history.note(EVENT, `press ${index}`, {}, undefined, 'hall');
    }
    const { events, bytes } = history.size;
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(events).toBeGreaterThan(4);
    expect(history.read({ kind: 'event', isMeant: (subject) => subject === 'picture' }).length).toBeLessThan(6);
  });

  it('lets a chatty subject drive out only its own', () => {
    const { history, subjects } = given({ events: 10, each: 3 });
    history.note(EVENT, 'doorbell', {}, undefined, 'hall');
    for (let index = 0; index < 1000; index += 1) history.note(EVENT, 'power', { index }, undefined, 'meter');
    expect(subjects()).toEqual(['doorbell', 'power', 'power', 'power']);
    expect(history.read({ kind: 'event' }).at(-1)).toMatchObject({
      heardBy: ['meter'],
      data: { data: { index: 999 } },
    });
  });

  it('keeps within its bounds whatever comes, and gives the newest in their order', () => {
    const noted = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.string({ maxLength: 200 })), { maxLength: 200 });
    const limits = fc.record({
      events: fc.integer({ min: 0, max: 20 }),
      each: fc.integer({ min: 1, max: 6 }),
      bytes: fc.integer({ min: 500, max: 5000 }),
    });
    fc.assert(
      fc.property(noted, limits, (all, limit) => {
        const { history } = given(limit);
        const told: object[] = all.map(([subject, text]) => ({ subject, text }));
        told.forEach((event, index) => history.note(EVENT, `topic ${all[index]?.[0]}`, event, undefined, 'app'));
        const kept = history.read({});
        expect(kept.length).toBe(history.size.events);
        expect(kept.length).toBeLessThanOrEqual(limit.events);
        expect(history.size.bytes <= limit.bytes || kept.length === 1).toBe(true);
        for (const [, same] of Map.groupBy(kept, ({ subject }) => subject))
          expect(same.length).toBeLessThanOrEqual(limit.each);
        const order = kept.map(({ data }) => told.indexOf(data['data'] as object));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        if (limit.events > 0 && told.length > 0) expect(order.at(-1)).toBe(told.length - 1);
      }),
    );
  });

  it('remembers nothing where it is not to', () => {
    const { history, subjects } = given({ events: 0 });
    history.note(EVENT, 'a', {}, undefined, 'hall');
    expect(subjects()).toEqual([]);
  });
});

describe('histories of several hosts', () => {
  const one = (subject: string, atMs: number, heardBy: readonly string[], data: object = {}): Happening => ({
    ...{ kind: 'event', home: 'default', subject, atMs, heardBy },
    data: { data },
  });

  it('become one: the same event was told to the apps of both', () => {
    const here = [one('a', 1, ['hall']), one('b', 3, ['hall'])];
    const there = [one('a', 2, ['stairs']), one('c', 2, ['stairs'])];
    expect(mergedHappenings([here, there])).toEqual([
      one('a', 1, ['hall', 'stairs']),
      one('c', 2, ['stairs']),
      one('b', 3, ['hall']),
    ]);
    expect(mergedHappenings([here, there], 1)).toEqual([one('b', 3, ['hall'])]);
  });

  it('keep two that are alike apart', () => {
    const here = [one('a', 1, ['hall']), one('a', 5, ['hall'])];
    const there = [one('a', 1, ['stairs']), one('a', 5, ['stairs'])];
    expect(mergedHappenings([here, there])).toEqual([one('a', 1, ['hall', 'stairs']), one('a', 5, ['hall', 'stairs'])]);
  });
});

describe('the weight of a value', () => {
  it('is near that of its JSON, and ends at the most that is asked for', () => {
    const attributes = { friendly_name: 'Kitchen', brightness: 128, rgb_color: [255, 0, 0], effect_list: ['a', 'b'] };
    const exact = JSON.stringify(attributes).length;
    expect(jsonWeight(attributes, 10_000)).toBeGreaterThan(exact / 2);
    expect(jsonWeight(attributes, 10_000)).toBeLessThan(exact * 2);
    const round: { self?: unknown } = {};
    round.self = round;
    expect(jsonWeight(round, 1000)).toBe(1000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Channel } from '../../src/bus/channel.ts';
import { type KeyPattern, patternTest } from '../../src/bus/key-pattern.ts';

function listening(...patterns: KeyPattern[]): { channel: Channel<string>; heard: string[]; removers: (() => void)[] } {
  const channel = new Channel<string>('test');
  const heard: string[] = [];
  const removers = patterns.map((pattern, index) =>
    channel.subscribe(pattern, (event) => heard.push(`${index}:${event}`)),
  );
  return { channel, heard, removers };
}

describe('Channel', () => {
  it.each<[string, KeyPattern, string[], string[]]>([
    ['an exact key', 'light.a', ['light.a'], ['light.b', 'light', 'light.a.b']],
    ['several keys', ['light.a', 'switch.b'], ['light.a', 'switch.b'], ['light.b']],
    ['a domain', { domain: 'light' }, ['light.a', 'light.b.c'], ['lights.a', 'light', 'switch.light']],
    ['several domains', { domain: ['light', 'switch'] }, ['light.a', 'switch.a'], ['fan.a']],
    [
      'a glob within a domain',
      'binary_sensor.*_window',
      ['binary_sensor.a_window'],
      ['binary_sensor.a_door', 'sensor.a_window'],
    ],
    ['a glob over domains', '*.kitchen', ['light.kitchen', 'fan.kitchen'], ['light.kitchen_2']],
    ['one character', 'light.?', ['light.a'], ['light.ab', 'light.']],
    ['a glob without a dot', 'zha*', ['zha_event', 'zha.x'], ['zh', 'a.zha']],
    ['everything', '*', ['light.a', 'x'], []],
    ['a dot that is only a dot', 'light.a*.b', ['light.a.b', 'light.ax.b'], ['light.axb']],
  ])('brings an event to who listens to %s', (_what, pattern, meant, others) => {
    const { channel, heard } = listening(pattern);
    for (const key of [...meant, ...others]) channel.publish(key, key);
    expect(heard).toEqual(meant.map((key) => `0:${key}`));
    for (const key of meant) expect(channel.watches(key)).toBe(true);
    for (const key of others) expect(channel.watches(key)).toBe(false);
  });

  it('calls by priority, then in the order of registration, whatever the pattern', () => {
    const channel = new Channel<string>('test');
    const heard: string[] = [];
    const listen = (name: string, pattern: KeyPattern, priority?: number): unknown =>
      channel.subscribe(pattern, () => heard.push(name), priority);
    listen('all', '*');
    listen('exact', 'light.a');
    listen('low', 'light.a', -1);
    listen('glob', 'light.*a');
    listen('high', { domain: 'light' }, 5);
    channel.publish('light.a', '');
    expect(heard).toEqual(['high', 'all', 'exact', 'glob', 'low']);
  });

  it('tells a listener once that is there by several parts of its pattern', () => {
    const { channel, heard } = listening(['light.a', 'light.*', 'light.a', '*']);
    channel.publish('light.a', 'x');
    expect(heard).toEqual(['0:x']);
  });

  it('lets a listener remove itself and others while an event is brought round', () => {
    const channel = new Channel<string>('test');
    const heard: string[] = [];
    const removeFirst = channel.subscribe('a', () => {
      heard.push('first');
      removeFirst();
      removeThird();
    });
    channel.subscribe('a', () => heard.push('second'));
    const removeThird = channel.subscribe('a', () => heard.push('third'));
    channel.publish('a', '');
    channel.publish('a', '');
    expect(heard).toEqual(['first', 'second', 'second']);
  });

  it('lets who registers meanwhile wait for the next event', () => {
    const channel = new Channel<string>('test');
    const heard: string[] = [];
    const remove = channel.subscribe('a', () => {
      remove();
      channel.subscribe('a', (event) => heard.push(event));
    });
    channel.publish('a', '1');
    channel.publish('a', '2');
    expect(heard).toEqual(['2']);
  });

  it('shows all listeners all events in the same order, those published meanwhile too', () => {
    const channel = new Channel<number>('test');
    const heard: string[] = [];
    channel.subscribe('*', (event) => {
      heard.push(`a${event}`);
      if (event < 3) channel.publish('b', event + 1);
    });
    channel.subscribe('*', (event) => heard.push(`b${event}`));
    channel.publish('a', 1);
    expect(heard).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  });

  it('puts off what listeners publish for ever, and keeps the order all the same', () => {
    const later: (() => void)[] = [];
    const channel = new Channel<number>('test', (work) => later.push(work));
    const heard: number[] = [];
    channel.subscribe('a', (event) => {
      heard.push(event);
      channel.publish('a', event + 1);
    });
    channel.publish('a', 0);
    const inOneGo = heard.length;
    expect(inOneGo).toBeLessThan(1000);
    channel.publish('a', -1000);
    later.shift()?.();
    expect(heard.length).toBeGreaterThan(inOneGo);
    expect(heard.slice(inOneGo, inOneGo + 2)).toEqual([inOneGo, -1000]);
  });

  it('tells the rest when a listener throws, and then the publisher', () => {
    const channel = new Channel<number>('test');
    const heard: number[] = [];
    channel.subscribe('a', () => {
      throw new Error('first');
    });
    channel.subscribe('a', (event) => {
      heard.push(event);
      if (event === 1) channel.publish('a', 2);
    });
    expect(() => channel.publish('a', 1)).toThrow('first');
    expect(heard).toEqual([1, 2]);
  });

  it('forgets whoever has gone', () => {
    const { channel, removers } = listening('a', ['b', 'c.*'], { domain: 'd' }, '*', '*.x', 'light.?');
    for (const key of ['a', 'b', 'c.d', 'd.e', 'q']) channel.publish(key, '');
    expect(channel.count).toBe(6);
    for (const remove of removers) {
      remove();
      remove();
    }
    expect(channel.count).toBe(0);
    for (const key of ['a', 'b', 'c.d', 'd.e', 'q']) expect(channel.watches(key)).toBe(false);
  });

  it('does with its index what asking each listener would do', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '?');
    const text = fc.tuple(segment, segment).map((parts) => parts.join('.'));
    const pattern = fc.oneof(
      text,
      fc.constantFrom('*', 'a', 'b*'),
      fc.array(text, { maxLength: 3 }),
      fc.record({ domain: fc.constantFrom('a', 'b', 'ab') }),
    );
    const key = fc
      .tuple(fc.constantFrom('a', 'b', 'ab'), fc.constantFrom('a', 'b', 'ab'))
      .map((parts) => parts.join('.'));
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), pattern, priority: fc.integer({ min: -1, max: 1 }) }),
      fc.record({ kind: fc.constant('remove' as const), index: fc.nat(20) }),
      fc.record({ kind: fc.constant('publish' as const), key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const channel = new Channel<string>('test');
        let heard: number[] = [];
        const all: { pattern: KeyPattern; priority: number; remove: () => void; gone: boolean }[] = [];
        for (const one of steps) {
          if (one.kind === 'add') {
            const index = all.length;
            const remove = channel.subscribe(one.pattern, () => heard.push(index), one.priority);
            all.push({ pattern: one.pattern, priority: one.priority, remove, gone: false });
          } else if (one.kind === 'remove') {
            const member = all[one.index];
            member?.remove();
            if (member !== undefined) member.gone = true;
          } else {
            heard = [];
            channel.publish(one.key, one.key);
            const expected = [...all.entries()]
              .filter(([, member]) => !member.gone && patternTest(member.pattern)(one.key))
              .toSorted(([, a], [, b]) => b.priority - a.priority)
              .map(([index]) => index);
            expect(heard).toEqual(expected);
          }
        }
      }),
    );
  });
});

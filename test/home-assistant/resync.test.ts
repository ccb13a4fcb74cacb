import { describe, expect, it } from 'vitest';
import { type House, startHouse } from './house-fixture.ts';

type Happens = (t: House) => void;

/** What a subscription to everything is told of a gap in which something happens. */
async function toldOfGap(
  present: Readonly<Record<string, string>>,
  happens: Happens,
  options: object = {},
  back: 'reconnect' | 'restart' = 'reconnect',
): Promise<string[]> {
  await using t = await startHouse(present);
  const { told, hear } = t.ear();
  t.bus.onStateChange('*', options, hear);
  t.lose();
  await t.advance('1m');
  happens(t);
  await t.advance('1m');
  expect(told).toEqual([]);
  t[back]();
  await t.settle();
  return told;
}

const becomes =
  (...states: readonly string[]): Happens =>
  (t) => {
    for (const state of states) t.set('light.a', state);
  };
const nothing: Happens = () => undefined;

describe('after a gap', () => {
  it.each<[string, string, Happens, object, readonly string[]]>([
    ['a change is told once', 'on', becomes('off'), {}, ['light.a on→off resync']],
    [
      'several are told as one, from what was known last',
      'on',
      becomes('off', 'on', 'off'),
      {},
      ['light.a on→off resync'],
    ],
    ['what is as it was is not told', 'on', nothing, {}, []],
    ['what left and came back is no change of the state', 'on', becomes('off', 'on'), {}, []],
    ['… but an update, for those who take each', 'on', becomes('off', 'on'), { every: true }, ['light.a on→on resync']],
    ['a condition that has become true fires', 'off', becomes('on'), { to: 'on' }, ['light.a off→on resync']],
    ['one that was true and is true fires nothing', 'on', becomes('off', 'on'), { to: 'on' }, []],
    ['unavailable is looked through', 'on', becomes('unavailable'), {}, []],
    ['… unless it is named', 'on', becomes('unavailable'), { to: 'unavailable' }, ['light.a on→unavailable resync']],
    ['… or raw', 'on', becomes('unavailable'), { availability: 'raw' }, ['light.a on→unavailable resync']],
    ['what came back from unavailable is compared with its last good value', 'unavailable', becomes('on'), {}, []],
    ['what has gone is told', 'on', (t) => t.remove('light.a'), {}, ['light.a on→∅ removed resync']],
    ['… and not to a condition', 'on', (t) => t.remove('light.a'), { to: 'off' }, []],
    ['what has appeared is told', 'on', (t) => t.set('light.b', 'on'), {}, ['light.b ∅→on added resync']],
    ['… at its first good value', 'on', (t) => t.set('light.b', 'unavailable'), {}, []],
    ['… and not to a condition', 'on', (t) => t.set('light.b', 'on'), { to: 'on' }, []],
    ['nothing is told where it is ignored', 'on', becomes('off'), { resync: 'ignore' }, []],
    ['… nor what has gone', 'on', (t) => t.remove('light.a'), { resync: 'ignore' }, []],
    ['… nor what has appeared', 'on', (t) => t.set('light.b', 'on'), { resync: 'ignore' }, []],
  ])('%s', async (_sentence, present, happens, options, expected) => {
    expect(await toldOfGap({ 'light.a': present }, happens, options)).toEqual(expected);
  });

  it('attributes are compared by themselves', async () => {
    await using t = await startHouse();
    t.set('climate.a', 'heat', { temperature: 20, current_temperature: 18 });
    const told: unknown[] = [];
    t.bus.onAttributeChange('climate.a', 'temperature', ({ previous, value, resync }) =>
      told.push([previous, value, resync]),
    );
    t.lose();
    await t.advance('1m');
    t.set('climate.a', 'heat', { temperature: 20, current_temperature: 19 });
    t.reconnect();
    expect(told).toEqual([]);
    t.lose();
    await t.advance('1m');
    t.set('climate.a', 'heat', { temperature: 21, current_temperature: 19 });
    t.reconnect();
    expect(told).toEqual([[20, 21, true]]);
  });

  it('nothing is told twice, whatever comes after the snapshot and however often the connection goes', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.a', hear);
    for (let gap = 0; gap < 3; gap += 1) {
      t.lose();
      await t.advance('1m');
      t.set('light.a', gap % 2 === 0 ? 'off' : 'on');
      t.reconnect();
      t.lose();
      await t.advance('1m');
      t.reconnect();
    }
    t.set('light.a', 'on');
    expect(told).toEqual(['light.a on→off resync', 'light.a off→on resync', 'light.a on→off resync', 'light.a off→on']);
  });

  it('the mirror has all of it before anybody is told of any', async () => {
    await using t = await startHouse({ 'light.a': 'on', 'light.b': 'on' });
    const seen: unknown[] = [];
    t.bus.onStateChange('*', () => seen.push([t.home.mirror.stateOf('light.a'), t.home.mirror.stateOf('light.b')]));
    t.lose();
    await t.advance('1m');
    t.set('light.a', 'off');
    t.set('light.b', 'off');
    t.reconnect();
    expect(seen).toEqual([
      ['off', 'off'],
      ['off', 'off'],
    ]);
  });

  it('somebody who waits for a state is told, and told that the gap is why', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const waiting = t.bus.waitFor('lock.front', { to: 'locked', timeout: '10m' });
    t.lose();
    await t.advance('1m');
    t.set('lock.front', 'locked');
    t.reconnect();
    expect(await t.clock.pump(waiting)).toMatchObject({ resync: true, to: { state: 'locked' } });
  });

  it('apps are told of the connection after they were told what they missed', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const order: string[] = [];
    t.bus.onStateChange('light.a', () => order.push('change'));
    t.bus.onConnected(() => order.push('connected'));
    t.lose();
    await t.advance('1m');
    t.set('light.a', 'off');
    t.reconnect();
    await t.settle();
    expect(order).toEqual(['change', 'connected']);
  });
});

describe('a restart of Home Assistant', () => {
  it.each<[string, string, Happens, object, readonly string[]]>([
    ['is no change of what is as it was', 'on', nothing, {}, []],
    ['… not even for those who take each update', 'on', nothing, { every: true }, []],
    ['tells what is another', 'on', becomes('off'), {}, ['light.a on→off resync']],
    ['is no loss of what is not back yet', 'on', becomes('unavailable'), {}, []],
    ['tells what it has lost', 'on', (t) => t.remove('light.a'), {}, ['light.a on→∅ removed resync']],
    ['tells nothing to those who ignore gaps', 'on', becomes('off'), { resync: 'ignore' }, []],
  ])('%s', async (_sentence, present, happens, options, expected) => {
    expect(await toldOfGap({ 'light.a': present }, happens, options, 'restart')).toEqual(expected);
  });

  it('is one event, and no storm of its thousand entities', async () => {
    const states = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`sensor.s${index}`, String(index)]));
    await using t = await startHouse(states);
    const { told, hear } = t.ear();
    const lifecycle: string[] = [];
    t.bus.onStateChange('*', { every: true, availability: 'raw' }, hear);
    t.bus.onHomeAssistantStart(() => lifecycle.push('start'));
    t.lose();
    await t.advance('10s');
    t.restart();
    await t.settle();
    expect(told).toEqual([]);
    expect(lifecycle).toEqual(['start']);
  });

  it('looks through entities that come back one by one', async () => {
    await using t = await startHouse({ 'light.a': 'on', 'light.b': 'on' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('*', hear);
    t.lose();
    t.set('light.a', 'unavailable');
    t.set('light.b', 'unavailable');
    t.restart();
    await t.advance('5s');
    t.set('light.a', 'on');
    await t.advance('5s');
    t.set('light.b', 'off');
    expect(told).toEqual(['light.b on→off']);
  });
});

describe('a hold over a gap', () => {
  const cases: readonly [string, Happens, 'reconnect' | 'restart', object, readonly string[]][] = [
    ['goes on where nothing happened', nothing, 'reconnect', {}, ['10 light.a on→off']],
    ['ends where its condition did', becomes('on'), 'reconnect', {}, []],
    ['goes on through what is unavailable', becomes('unavailable'), 'reconnect', {}, ['10 light.a on→off stale']],
    [
      'counts anew where the state left and came back',
      becomes('on', 'off'),
      'reconnect',
      {},
      ['11 light.a on→off resync'],
    ],
    ['ends with its entity', (t) => t.remove('light.a'), 'reconnect', {}, []],
    ['goes on over a restart to the same value', nothing, 'restart', {}, ['10 light.a on→off']],
    ['… and ends with one to another', becomes('on'), 'restart', {}, []],
    [
      '… and fires on time where the entity is not there again',
      (t) => t.remove('light.a'),
      'restart',
      {},
      ['10 light.a on→off stale'],
    ],
    ['goes on where gaps are ignored', nothing, 'reconnect', { resync: 'ignore' }, ['10 light.a on→off']],
    ['… and ends as any other', becomes('on'), 'reconnect', { resync: 'ignore' }, []],
    [
      '… also where the state came back, which was not told',
      becomes('on', 'off'),
      'reconnect',
      { resync: 'ignore' },
      [],
    ],
  ];

  it.each(cases)('%s', async (_sentence, happens, back, options, expected) => {
    await using t = await startHouse({ 'light.a': 'on' });
    const startMs = t.clock.nowMs();
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.a', { to: 'off', for: '10m', ...options }, (event) => {
      hear(event);
      told.push(`${(t.clock.nowMs() - startMs) / 60_000} ${told.pop()}`);
    });
    t.set('light.a', 'off');
    t.lose();
    await t.advance('1m');
    happens(t);
    t[back]();
    await t.advance('30m');
    expect(told).toEqual(expected);
  });

  it('goes on for an entity that a restart brings back late, and ends if it is another by then', async () => {
    await using t = await startHouse({ 'light.a': 'on', 'light.b': 'on' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.*', { to: 'off', for: '10m' }, hear);
    t.set('light.a', 'off');
    t.set('light.b', 'off');
    t.lose();
    t.remove('light.a');
    t.remove('light.b');
    await t.advance('1m');
    t.restart();
    await t.advance('1m');
    t.set('light.a', 'off');
    t.set('light.b', 'on');
    await t.advance('30m');
    expect(told).toEqual(['light.a on→off']);
  });
});

import { describe, expect, it } from 'vitest';
import { REGISTRY_EVENTS } from '../../src/home-assistant/registries/registry-mirror.ts';
import { Cancelled } from '../../src/kernel/errors.ts';
import { startHome } from './home-fixture.ts';
import { CONFIG, snapshot } from './scripted-link.ts';

describe('Home', () => {
  it('is ready when it has the snapshot of a connection that is', async () => {
    await using t = await startHome();
    let first = false;
    void t.home.firstReady.then(() => (first = true));
    expect(t.home.ready).toBe(false);
    expect(t.home.timeZone).toBe('UTC');
    expect(t.home.position).toBeUndefined();
    t.link.connect({ 'light.a': 'on' });
    await t.clock.settle();
    expect(first).toBe(true);
    expect(t.home.ready).toBe(true);
    expect(t.home.timeZone).toBe('Europe/Amsterdam');
    expect(t.home.position).toEqual({ latitude: 52.37, longitude: 4.89, elevationM: 2 });
    expect(t.home.mirror.get('light.a')?.state).toBe('on');
    expect(t.lifecycle).toEqual(['connected']);
    expect(t.home.describe()).toMatchObject({ path: 'home.default', details: { phase: 'ready', entities: 1 } });
  });

  it('is ready whichever the link tells first', async () => {
    await using t = await startHome();
    t.link.sink.onStatus({ phase: 'ready', generation: 4, clockOffsetMs: 0 });
    expect(t.home.ready).toBe(false);
    t.link.sink.onSnapshot(snapshot({}, { generation: 4 }));
    expect(t.home.ready).toBe(true);
    t.link.sink.onStatus({ phase: 'ready', generation: 5, clockOffsetMs: 0 });
    expect(t.home.ready).toBe(false);
  });

  it('writes the mirror before it tells', async () => {
    await using t = await startHome();
    const seen: unknown[] = [];
    t.home.states.subscribe('light.a', ({ to }) => seen.push([to?.state, t.home.mirror.stateOf('light.a')]));
    t.link.connect({ 'light.a': 'on', 'light.b': 'on' });
    t.link.change('light.a', 'off');
    t.link.change('light.b', 'off');
    expect(seen).toEqual([['off', 'off']]);
  });

  it('goes on when a listener fails', async () => {
    await using t = await startHome();
    t.home.states.subscribe('light.a', () => {
      throw new Error('no luck');
    });
    t.link.connect({ 'light.a': 'on' });
    t.link.change('light.a', 'off');
    t.link.change('light.a', 'on');
    expect(t.home.mirror.stateOf('light.a')).toBe('on');
    expect(t.warnings()).toEqual(['a listener of "light.a" failed', 'a listener of "light.a" failed']);
  });

  it('tells what was missed while it was away, and keeps what it knew meanwhile', async () => {
    await using t = await startHome();
    const told: string[] = [];
    t.home.states.subscribe('*', (change) => {
      told.push(`${change.entityId} ${change.from?.state} ${change.to?.state}${change.resync ? ' resync' : ''}`);
    });
    t.link.connect({ 'light.a': 'on', 'light.b': 'on' });
    t.link.phase('lost', { code: 'CONNECTION_LOST', message: 'gone' });
    expect(t.home.ready).toBe(false);
    expect(t.home.mirror.stateOf('light.a')).toBe('on');
    t.link.connect({ 'light.a': { s: 'off', a: {}, c: 'C9', lc: 150 } });
    expect(told).toEqual(['light.b on undefined resync', 'light.a on off resync']);
    expect(t.lifecycle).toEqual(['connected', 'disconnected', 'connected again']);
  });

  it('tells a restart of Home Assistant once, and none of what came back as it was', async () => {
    await using t = await startHome();
    const told: string[] = [];
    t.home.states.subscribe('*', ({ entityId, restarted }) => told.push(`${entityId} ${restarted}`));
    t.link.connect({ 'light.a': 'on', 'light.b': 'on' });
    t.link.phase('lost');
    t.link.phase('connecting');
    t.link.phase('starting');
    t.link.connect(
      { 'light.a': { s: 'on', a: {}, c: 'C8', lc: 900 }, 'light.b': { s: 'off', a: {}, c: 'C9', lc: 900 } },
      { restarted: true },
    );
    expect(told).toEqual(['light.b true']);
    expect(t.lifecycle).toEqual(['connected', 'disconnected', 'connected again', 'home-assistant-start']);
  });

  it('brings events by their type', async () => {
    await using t = await startHome();
    const events: unknown[] = [];
    t.home.events.subscribe('zha_event', ({ data }) => events.push(data));
    t.link.connect({});
    t.link.fire('zha_event', { command: 'toggle' });
    t.link.fire('other', {});
    expect(events).toEqual([{ command: 'toggle' }]);
  });

  it('takes a changed configuration', async () => {
    await using t = await startHome();
    t.link.connect({});
    t.link.sink.onConfig({ ...CONFIG, time_zone: 'America/New_York' });
    expect(t.home.timeZone).toBe('America/New_York');
  });

  it('asks for the services when it is connected, and follows them', async () => {
    await using t = await startHome();
    expect(t.link.followed).toEqual(['service_registered', 'service_removed', ...REGISTRY_EVENTS]);
    t.link.connect({});
    expect(t.home.checkable).toBe(false);
    await t.clock.settle();
    expect(t.home.checkable).toBe(true);
    expect(t.home.service('light.turn_on')).toMatchObject({ id: 'light.turn_on' });
    t.link.fire('service_registered', { domain: 'script', service: 'new' });
    t.link.fire('service_removed', { domain: 'light', service: 'turn_on' });
    t.link.fire('service_removed', { strange: true });
    expect(t.home.service('script.new')).toBe('undescribed');
    expect(t.home.service('light.turn_on')).toBeUndefined();
  });

  it('warns once where the home does not say what services it has', async () => {
    await using t = await startHome();
    t.link.answerServices = () => Promise.reject(new Error('refused'));
    t.link.connect({});
    await t.clock.settle();
    await expect(t.home.untilCheckable(t.life.signal)).resolves.toBe(false);
    expect(t.warnings()).toEqual([expect.stringContaining('calls are sent unchecked')]);
    t.link.answerServices = () => Promise.resolve('nonsense');
    await expect(t.home.untilCheckable(t.life.signal)).resolves.toBe(false);
    t.link.answerServices = () => Promise.resolve(t.link.services);
    await expect(t.home.untilCheckable(t.life.signal)).resolves.toBe(true);
  });

  it('lets a wait for it be called off', async () => {
    await using t = await startHome();
    const waits = [t.home.whenReady(t.life.signal), t.home.untilCheckable(t.life.signal)];
    t.life.stop(new Cancelled('over'));
    await expect(waits[0]).rejects.toThrow(Cancelled);
    await expect(waits[1]).rejects.toThrow(Cancelled);
    await expect(t.home.whenReady(t.life.signal)).rejects.toThrow(Cancelled);
  });

  it('lets go of its link when it stops', async () => {
    const t = await startHome();
    t.link.connect({});
    await t.home.stop();
    expect(t.link.attached).toBe(false);
    expect(t.link.followed).toEqual([]);
    expect(t.clock.timers()).toEqual([]);
  });
});

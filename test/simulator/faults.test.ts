import { describe, expect, it } from 'vitest';
import { delay, garble, halfOpen, refuse, refuseAuth, swallow, unreachable } from '../../src/simulator/faults.ts';
import { errorCode, TestClient } from './test-client.ts';

describe('faults', () => {
  it('are gone when they are taken away', async () => {
    const client = new TestClient();
    const remove = client.home.add(refuseAuth());
    await client.open();
    client.send({ type: 'auth', access_token: client.home.token });
    await client.clock.settle();
    expect(client.messages.at(-1)).toMatchObject({ type: 'auth_invalid' });
    expect(client.ends).toEqual(['<closed 1000>']);
    remove();
    client.frames.length = 0;
    await client.open();
    client.send({ type: 'auth', access_token: client.home.token });
    await client.clock.settle();
    expect(client.messages.at(-1)).toMatchObject({ type: 'auth_ok' });
  });

  it('unreachable: nobody answers, and open connections stay', async () => {
    const client = await TestClient.connected();
    const heard: boolean[] = [];
    client.home.onAvailability((up) => heard.push(up));
    const remove = client.home.add(unreachable());
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
    await expect(client.open()).rejects.toMatchObject({ code: 'HOME_UNREACHABLE' });
    remove();
    expect(heard).toEqual([false, true]);
  });

  it('half-open: nothing arrives, nothing closes, and neither side is told', async () => {
    const client = await TestClient.connected();
    client.home.add(halfOpen());
    client.post('ping');
    client.home.fireEvent('x');
    await client.clock.advanceBy(3_600_000);
    client.home.kill();
    await client.clock.settle();
    expect(client.frames).toEqual([]);
  });

  it('delay: those commands are taken up late which the test picks', async () => {
    const client = await TestClient.connected();
    client.home.add(delay(client.clock, 5000, ({ type }) => type === 'get_config'));
    client.post('get_config');
    client.post('ping');
    await client.clock.settle();
    expect(client.answerTo(1)).toBeUndefined();
    expect(client.answerTo(2)).toMatchObject({ type: 'pong' });
    await client.clock.advanceBy(5000);
    expect(client.answerTo(1)).toMatchObject({ success: true });
  });

  it('swallow: commands are lost', async () => {
    const client = await TestClient.connected();
    const remove = client.home.add(swallow());
    expect(await client.command('ping')).toBeUndefined();
    remove();
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });

  it('refuse: under a code of the test', async () => {
    const client = await TestClient.connected();
    client.home.add(refuse('home_assistant_error', ({ type }) => type === 'get_states'));
    expect(errorCode(await client.command('get_states'))).toBe('home_assistant_error');
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });

  it('garble: what arrives is something else', async () => {
    const client = await TestClient.connected();
    client.home.add(garble((frame) => frame.replace('pong', 'gnop')));
    expect(await client.command('ping')).toMatchObject({ type: 'gnop' });
  });

  it('the one added last is asked first', async () => {
    const client = await TestClient.connected();
    client.home.add(garble((frame) => frame.replace('first', 'second')));
    client.home.add(garble((frame) => frame.replace('pong', 'first')));
    expect(await client.command('ping')).toMatchObject({ type: 'second' });
  });

  it('dropped connections say nothing, and the home is still there', async () => {
    const client = await TestClient.connected();
    client.home.dropConnections();
    await client.clock.settle();
    expect(client.ends).toEqual(['<closed 1006>']);
    await client.connect();
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });
});

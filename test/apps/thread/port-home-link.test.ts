import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { PortChannel } from '../../../src/apps/thread/port-channel.ts';
import { hearHomes, HomeLinkServer, PortHomeLink } from '../../../src/apps/thread/port-home-link.ts';
import type {
  DaemonEnd,
  DaemonNews,
  DaemonQuestions,
  ThreadEnd,
  ThreadNews,
  ThreadQuestions,
} from '../../../src/apps/thread/thread-protocol.ts';
import { Cancelled } from '../../../src/kernel/errors.ts';
import { CommandRefused, ConnectionLost, ServiceNotFound } from '../../../src/home-assistant/home-errors.ts';
import { StorageLinkServer } from '../../../src/apps/thread/port-storage-link.ts';
import { RecordingSink } from '../../home-assistant/recording-sink.ts';
import { ScriptedLink } from '../../home-assistant/scripted-link.ts';

const opened: (() => void)[] = [];

afterEach(() => {
  for (const close of opened.splice(0)) close();
});

const nothing = (): undefined => undefined;

const notHere = (): Promise<never> => Promise.reject(new Error('not here'));
const NO_STORAGE = { read: notHere, list: notHere, commit: notHere, watch: () => nothing };

/** A link, and the same over a port. */
function linkOverPort(capacity?: number) {
  const { port1, port2 } = new MessageChannel();
  opened.push(() => port1.close());
  const link = new ScriptedLink();
  const behind: string[] = [];
  const note = (home: string, isBehind: boolean): void => void behind.push(`${home} ${isBehind ? 'behind' : 'reads'}`);
  const server = new HomeLinkServer([link], () => daemon, note, capacity);
  const storage = new StorageLinkServer(NO_STORAGE, () => daemon);
  const daemon: DaemonEnd = new PortChannel<DaemonQuestions, DaemonNews, ThreadQuestions, ThreadNews>(port1, {
    answering: { ...server.answering, ...storage.answering },
    hearing: {
      ...server.hearing,
      ...storage.hearing,
      'app.report': nothing,
      'app.failure': nothing,
      topic: nothing,
      'log.line': nothing,
    },
  });
  const links = new Map<string, PortHomeLink>();
  const thread: ThreadEnd = new PortChannel<ThreadQuestions, ThreadNews, DaemonQuestions, DaemonNews>(port2, {
    answering: {
      'host.start': nothing,
      'host.stop': nothing,
      'app.start': () => Promise.reject(new Error('not here')),
      'app.stop': nothing,
      'app.describe': () => [],
      'bus.history': () => [],
      'clock.settle': () => false,
      'clock.next': nothing,
      'clock.advance': nothing,
    },
    hearing: { ...hearHomes(links), 'storage.change': nothing, topic: nothing, 'log.level': nothing },
  });
  const far = new PortHomeLink('default', thread);
  links.set('default', far);
  daemon.open();
  thread.open();
  /** Everything that was sent, either way, has arrived. */
  const settled = async (): Promise<void> => {
    await far.command({ type: 'ping' }, { timeoutMs: 1 });
    await daemon.ask('clock.settle', undefined);
  };
  return { link, far, server, settled, behind };
}

describe('PortHomeLink', () => {
  it('brings commands, with who asks, and their results', async () => {
    const { link, far } = linkOverPort();
    link.answer = (command) => ({ echo: command.type });
    const at = Temporal.PlainTime.from('07:30');
    const result = await far.command({ type: 'test/set', at }, { timeoutMs: 5000, app: 'hall', executionId: 'e1' });
    expect(result).toEqual({ echo: 'test/set' });
    expect(link.sent).toMatchObject([
      { command: { type: 'test/set', at: '07:30:00' }, options: { timeoutMs: 5000, app: 'hall', executionId: 'e1' } },
    ]);
  });

  it('brings the word that the home may be back', async () => {
    const { link, far, settled } = linkOverPort();
    far.retryNow();
    await settled();
    expect(link.retries).toBe(1);
  });

  it('brings requests and their answers', async () => {
    const { link, far } = linkOverPort();
    link.answerRest = ({ path }) => ({
      status: 201,
      headers: { 'content-type': 'text/plain' },
      body: new TextEncoder().encode(path),
    });
    const response = await far.rest({ method: 'POST', path: '/api/states/light.a', body: '{}' }, { timeoutMs: 5000 });
    expect(response).toEqual({
      status: 201,
      headers: { 'content-type': 'text/plain' },
      body: new TextEncoder().encode('/api/states/light.a'),
    });
  });

  it('rejects with what the home answered', async () => {
    const { link, far } = linkOverPort();
    link.answer = () => {
      throw new ServiceNotFound('no light.turn_onn', {
        homeCode: 'not_found',
        homeMessage: 'Service not found',
        hint: 'look',
      });
    };
    const refused = await far.command({ type: 'call_service' }, { timeoutMs: 5000 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ServiceNotFound);
    expect(refused).toMatchObject({ homeCode: 'not_found', homeMessage: 'Service not found', hint: 'look' });
    link.answer = () => {
      throw new ConnectionLost('gone', { mayHaveRun: true });
    };
    await expect(far.command({ type: 'call_service' }, { timeoutMs: 5000 })).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      mayHaveRun: true,
    });
  });

  it('calls off a command on both sides', async () => {
    const { link, far } = linkOverPort();
    const begun = Promise.withResolvers<AbortSignal | undefined>();
    const original = link.command.bind(link);
    link.command = (command, options) => {
      begun.resolve(options.signal);
      return command.type === 'slow' ? new Promise(nothing) : original(command, options);
    };
    const controller = new AbortController();
    const asked = far.command({ type: 'slow' }, { timeoutMs: 5000, signal: controller.signal });
    const signal = await begun.promise;
    controller.abort(new Cancelled('the handler was called off'));
    await expect(asked).rejects.toThrow('the handler was called off');
    await far.command({ type: 'ping' }, { timeoutMs: 1 });
    expect(signal?.aborted).toBe(true);
  });

  it('tells what the home tells, in its order, while somebody is attached', async () => {
    const { link, far, settled } = linkOverPort();
    const sink = new RecordingSink();
    const detach = far.attach(sink);
    await settled();
    link.connect({ 'light.a': 'on' });
    link.change('light.a', 'off');
    link.fire('zha_event', { command: 'toggle' });
    await settled();
    expect(sink.told.slice(0, 4)).toEqual(['connecting', 'syncing', 'snapshot', 'ready']);
    expect(sink.snapshots[0]?.entities).toEqual({ 'light.a': { s: 'on', a: {}, c: 'C1', lc: 100 } });
    expect(sink.differences).toEqual([{ c: { 'light.a': { '+': { s: 'off', lc: 200, c: 'C2' } } } }]);
    expect(sink.events[0]?.data).toEqual({ command: 'toggle' });
    detach();
    await settled();
    expect(link.attached).toBe(false);
  });

  it('is told no more by a home than it reads, has it as lost meanwhile, and then everything anew', async () => {
    const { link, far, settled, behind } = linkOverPort(1000);
    const sink = new RecordingSink();
    far.attach(sink);
    await settled();
    link.connect({ 'sensor.flood': '0' });
    for (let change = 1; link.attached; change += 1) link.change('sensor.flood', String(change));
    expect(behind).toEqual(['default behind']);
    for (let round = 0; !link.attached; round += 1) {
      expect(round).toBeLessThan(100);
      await settled();
    }
    expect(behind).toEqual(['default behind', 'default reads']);
    expect(sink.differences.length).toBeLessThan(1000);
    expect(sink.statuses.at(-1)).toMatchObject({ phase: 'lost', problem: { code: 'APP_THREAD_BEHIND' } });
    link.connect({ 'sensor.flood': 'now' });
    await settled();
    expect(sink.told.slice(-2)).toEqual(['snapshot', 'ready']);
    expect(sink.snapshots.at(-1)?.entities['sensor.flood']).toMatchObject({ s: 'now' });
    // What it reads in time is never too much.
    for (let change = 1; change <= 5000; change += 1) {
      link.change('sensor.flood', String(change));
      if (change % 300 === 0) await settled();
    }
    await settled();
    expect(behind).toHaveLength(2);
    expect(sink.differences.at(-1)).toMatchObject({ c: { 'sensor.flood': { '+': { s: '5000' } } } });
  });

  it('follows events as often as it is asked to, and no longer than the thread lives', async () => {
    const { link, far, server, settled } = linkOverPort();
    const unfollow = far.followEvents('zha_event');
    far.followEvents('zha_event');
    far.followEvents('tag_scanned');
    await settled();
    expect(link.followed.toSorted()).toEqual(['tag_scanned', 'zha_event', 'zha_event']);
    unfollow();
    unfollow();
    await settled();
    expect(link.followed.toSorted()).toEqual(['tag_scanned', 'zha_event']);
    server[Symbol.dispose]();
    expect(link.followed).toEqual([]);
  });
});

describe('subscriptions over a port', () => {
  it('tell what they bring, for as long as they are wanted', async () => {
    const { link, far, server, settled } = linkOverPort();
    const heard: unknown[] = [];
    const sink = {
      onStanding: () => heard.push('standing'),
      onEvent: (event: unknown) => heard.push(event),
      onRefused: (error: Error, isFinal: boolean) => heard.push([error.constructor.name, error.message, isFinal]),
    };
    const end = far.subscribe({ command: { type: 'subscribe_trigger', trigger: [] }, sharing: 'moments' }, sink);
    far.subscribe({ command: { type: 'x' }, sharing: 'alone' }, sink);
    await settled();
    expect(link.subscribed.map(({ subscription }) => subscription)).toEqual([
      { command: { type: 'subscribe_trigger', trigger: [] }, sharing: 'moments' },
      { command: { type: 'x' }, sharing: 'alone' },
    ]);
    const near = link.subscribed[0]?.sink;
    near?.onRefused(new CommandRefused('not yet', { homeCode: 'invalid_format' }), false);
    near?.onStanding?.();
    near?.onEvent({ n: 1 });
    await settled();
    end();
    near?.onEvent({ n: 2 });
    await settled();
    expect(heard).toEqual([['CommandRefused', 'not yet', false], 'standing', { n: 1 }]);
    expect(link.subscribed).toHaveLength(1);
    server[Symbol.dispose]();
    expect(link.subscribed).toEqual([]);
  });
});

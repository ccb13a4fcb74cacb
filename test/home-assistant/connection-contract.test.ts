import { describe, expect, it } from 'vitest';
import type { HomePhase } from '../../src/home-assistant/home-link.ts';
import type {
  HomeSocket,
  HomeTransport,
  RestRequest,
  RestResponse,
  SocketListener,
} from '../../src/home-assistant/protocol/transport.ts';
import { HassetteError } from '../../src/kernel/errors.ts';
import { delay, refuseAuth, swallow, unreachable } from '../../src/simulator/faults.ts';
import { page, rowsBelow } from '../docs/pages.ts';
import { makeHouse, startDaemon } from './provenance/trail-fixture.ts';

/** Where a socket can be kept from opening, and from being refused. */
class Gate implements HomeTransport {
  shut = false;
  readonly #inner: HomeTransport;

  constructor(inner: HomeTransport) {
    this.#inner = inner;
  }

  connect(listener: SocketListener, signal: AbortSignal): Promise<HomeSocket> {
    if (!this.shut) return this.#inner.connect(listener, signal);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }

  request(request: RestRequest, signal: AbortSignal): Promise<RestResponse> {
    return this.#inner.request(request, signal);
  }
}

async function open(early = false) {
  const t = makeHouse({ 'light.held': 'off', 'light.later': 'off', 'lock.front': 'locked' });
  const gate = new Gate(t.home.transport);
  if (early) gate.shut = true;
  const daemon = await startDaemon(t, { transport: gate, early });
  return { ...t, gate, daemon, app: daemon.app('hallway') };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** What brings each state of the connection about, from one that is ready or, `early`, from none. */
const ENTER: Readonly<Record<HomePhase, (t: Opened) => void | Promise<void>>> = {
  connecting: (t) => {
    t.gate.shut = true;
    t.home.dropConnections();
  },
  authenticating: (t) => {
    t.home.add({ name: 'mute', send: () => undefined });
    t.home.dropConnections();
  },
  syncing: (t) => {
    t.home.add(swallow(({ type }) => type === 'subscribe_entities'));
    t.home.dropConnections();
  },
  starting: (t) => t.home.restart({ downMs: 100, startMs: 3_600_000 }),
  ready: () => undefined,
  lost: (t) => {
    t.home.add(unreachable());
    t.home.dropConnections();
  },
  refused: (t) => {
    t.home.add(refuseAuth());
    t.home.dropConnections();
  },
  closed: (t) => t.clock.pump(t.daemon.connection.stop()),
};

const NAMES = [
  'State',
  'Known states',
  'Subscriptions',
  'Holds',
  'Jobs',
  '`waitFor`',
  'Calls in flight',
  'New calls',
  '`home.ready`',
  'The app is told',
];

/** The rows of the table in the reference, each by the names of its columns. */
function table(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const { text } = page('docs/reference/connection.md');
  expect(text).toContain(`| ${NAMES.join(' | ')} |`);
  const rows = rowsBelow(text, 'What holds in each');
  return new Map(
    rows.map((row) => [
      (row[0] ?? '').replaceAll('`', ''),
      Object.fromEntries(NAMES.map((name, index) => [name, row[index] ?? ''])),
    ]),
  );
}

function outcomeOf(work: Promise<unknown>): { told: string } {
  const outcome = { told: 'waits' };
  work.then(
    () => (outcome.told = 'is answered'),
    (error: unknown) => (outcome.told = error instanceof HassetteError ? `\`${error.code}\`` : String(error)),
  );
  return outcome;
}

/** Walks through one state of the connection, and says in the table's words what has been seen. */
async function walk(phase: HomePhase): Promise<Readonly<Record<string, string>>> {
  const t = await open();
  await using _daemon = t.daemon;
  const { bus, api, scheduler } = t.app;
  const told: string[] = [];
  bus.onDisconnected(() => told.push('onDisconnected'));
  let changes = 0;
  let held = '';
  let ran = false;
  bus.onStateChange('light.a', () => (changes += 1));
  bus.onStateChange('light.held', { to: 'on', for: '7s' }, ({ stale }) => (held = stale ? 'fire, `stale`' : 'fire'));
  scheduler.runIn('7s', () => (ran = true));
  await t.device('light.held', 'on');
  const inFlight = outcomeOf(api.call('lock.unlock', { target: 'lock.front', validate: false }));
  await t.clock.settle();

  await ENTER[phase](t);
  await t.advance('4s');
  expect(t.daemon.hosted.connection.phase).toBe(phase);
  const waiting = outcomeOf(bus.waitFor('light.later', { to: 'on', timeout: '1h' }));
  const limited = bus.waitFor('light.later', { to: 'on', timeout: '2s' });
  const call = api.call('light.turn_on', { target: 'light.b', validate: false, timeout: '3s' });
  const sent = t.home.calls.length;
  const fresh = outcomeOf(call);
  await t.clock.settle();
  const atOnce = fresh.told;
  expect(t.home.calls.length - sent).toBe(phase === 'ready' ? 1 : 0);
  t.home.setState('light.a', 'on');
  t.home.setState('light.later', 'on');
  await t.advance('4s');
  expect(t.daemon.hosted.connection.phase).toBe(phase);
  const known = t.daemon.hosted.mirror.stateOf('light.a');
  const met = waiting.told === 'waits' ? 'wait' : 'are met';
  expect(await limited).toEqual(phase === 'ready' ? expect.objectContaining({ kind: 'changed' }) : null);
  return {
    State: `\`${phase}\``,
    'Known states': known === 'on' ? 'fresh' : known === 'off' ? 'stale' : 'none',
    Subscriptions: changes > 0 ? 'told' : 'silent',
    Holds: held,
    Jobs: ran ? 'run' : 'do not run',
    '`waitFor`': met,
    'Calls in flight': inFlight.told,
    'New calls': atOnce === 'waits' ? `wait, then ${fresh.told}` : atOnce,
    '`home.ready`': String(t.daemon.hosted.ready),
    'The app is told': told.length === 0 ? '' : `\`${told.join('`, `')}\``,
  };
}

describe('the contract of the connection', () => {
  const rows = table();

  it('has a row for each state, and no other', () => {
    expect([...rows.keys()]).toEqual(Object.keys(ENTER));
  });

  it.each(Object.keys(ENTER) as HomePhase[])('is kept while it is %s', async (phase) => {
    expect(await walk(phase)).toEqual(rows.get(phase));
  });

  it.each(Object.keys(ENTER) as HomePhase[])('says to nobody what is not so, %s for the first time', async (phase) => {
    const t = await open(true);
    await using _daemon = t.daemon;
    if (phase !== 'connecting') t.gate.shut = false;
    await ENTER[phase](t);
    await t.advance('15s');
    const { hosted } = t.daemon;
    if (phase === 'ready') await t.advance('10s');
    else expect(hosted.ready).toBe(false);
    expect(hosted.mirror.size > 0).toBe(phase === 'ready');
  });

  it('tells the operator once that it is away, and of another kind of reason, however often it is tried', async () => {
    const t = await open();
    await using _daemon = t.daemon;
    t.daemon.lines.length = 0;
    const reachable = t.home.add(unreachable());
    t.home.dropConnections();
    await t.advance('1h');
    reachable();
    const admitted = t.home.add(refuseAuth());
    await t.advance('1h');
    admitted();
    await t.advance('1h');
    expect(t.daemon.lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      expect.stringMatching(/^warn The connection to home "default" is gone: it broke off/),
      expect.stringMatching(/^warn Home Assistant "default" refused the token/),
      expect.stringMatching(/^info connected to home "default", after 2h/),
    ]);
  });

  it('sends what waited, in its order, after the apps were told what they missed', async () => {
    const t = await open();
    await using _daemon = t.daemon;
    const reachable = t.home.add(unreachable());
    t.home.dropConnections();
    await t.advance('1s');
    const order: string[] = [];
    t.app.bus.onStateChange('light.a', () => void order.push('change'));
    t.home.onCall(({ service, target }) => order.push(`${service} ${String(target['entity_id'])}`));
    const calls = ['light.b', 'light.later', 'light.b'].map((target) =>
      t.app.api.call('light.turn_on', { target, validate: false, timeout: '5m' }),
    );
    t.home.setState('light.a', 'on');
    reachable();
    await t.clock.pump(Promise.all(calls));
    expect(order).toEqual(['change', 'turn_on light.b', 'turn_on light.later', 'turn_on light.b']);
  });

  it('does not wait for ever for a home that has started and does not tell its states', async () => {
    const t = await open();
    await using _daemon = t.daemon;
    const mute = t.home.add(swallow(({ type }) => type === 'subscribe_entities'));
    t.home.restart();
    await t.advance('30s');
    expect(t.daemon.hosted.connection.phase).toBe('syncing');
    mute();
    await t.advance('2m');
    expect(t.daemon.hosted.ready).toBe(true);
  });

  it('ends at the home what nobody wants any more by the time that it is there', async () => {
    const t = await open();
    await using _daemon = t.daemon;
    t.home.add(delay('1s', 'subscribe_events'));
    const rung = t.app.bus.onEvent('rung', () => undefined);
    await t.advance('500ms');
    rung.cancel();
    await t.advance('1s');
    expect(t.home.bus.hasListeners('rung')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { Api } from '../../src/home-assistant/api/api.ts';
import type { RestRequest, RestResponse } from '../../src/home-assistant/protocol/transport.ts';
import { Cancelled, InvalidArgument } from '../../src/kernel/errors.ts';
import { Executor } from '../../src/kernel/executor.ts';
import type { Execution } from '../../src/kernel/execution.ts';
import { startHome } from './home-fixture.ts';

const ENTITIES = { 'light.kitchen': 'off', 'todo.chores': '1', 'sensor.power': '5' };

async function startApi({ connected = true, dryRun = false } = {}) {
  const t = await startHome();
  const logger = t.logging.logger('app.hallway');
  const api = new Api({ home: t.home, life: t.life, clock: t.clock, logger, app: 'hallway', dryRun });
  const executor = new Executor({ clock: t.clock, logger });
  t.clock.addActivity(executor);
  if (connected) {
    t.link.connect(ENTITIES);
    await t.clock.settle();
  }
  /** Runs something as a handler of the app does, and gives how it ended. */
  const inHandler = async (run: (execution: Execution) => unknown) => {
    const lane = executor.lane({
      life: t.life,
      kind: 'handler',
      name: 'handler',
      run: (_, execution) => run(execution),
    });
    return lane.request(undefined);
  };
  return { ...t, api, inHandler };
}

describe('Api.call', () => {
  it('sends a call, in the turn in which it is made', async () => {
    await using t = await startApi();
    const called = t.api.call('light.turn_on', { target: 'light.kitchen', data: { brightness_pct: 40 } });
    expect(t.link.calls).toEqual([
      { call: 'light.turn_on', target: { entity_id: 'light.kitchen' }, data: { brightness_pct: 40 } },
    ]);
    await expect(called).resolves.toBeUndefined();
    expect(t.link.sent.at(-1)?.options).toMatchObject({ timeoutMs: 30_000, app: 'hallway', signal: t.life.signal });
  });

  it('sends targets as they were meant', async () => {
    await using t = await startApi();
    await t.api.call('light.turn_off', { target: ['light.kitchen'] });
    await t.api.call('light.turn_off', { target: { area_id: 'kitchen', label_id: ['night'] } });
    await t.api.call('homeassistant.restart');
    await t.api.call('LIGHT.Turn_Off', { target: 'light.kitchen' });
    expect(t.link.calls).toEqual([
      { call: 'light.turn_off', target: { entity_id: ['light.kitchen'] }, data: undefined },
      { call: 'light.turn_off', target: { area_id: 'kitchen', label_id: ['night'] }, data: undefined },
      { call: 'homeassistant.restart', target: undefined, data: undefined },
      { call: 'light.turn_off', target: { entity_id: 'light.kitchen' }, data: undefined },
    ]);
  });

  it('gives the response where it was asked for', async () => {
    await using t = await startApi();
    t.link.answer = () => ({ context: {}, response: { 'todo.chores': { items: [{ summary: 'Water' }] } } });
    const { 'todo.chores': chores } = await t.api.call('todo.get_items', {
      target: 'todo.chores',
      returnResponse: true,
    });
    expect(chores.items[0]?.summary).toBe('Water');
    expect(t.link.sent.at(-1)?.command['return_response']).toBe(true);
  });

  it('refuses what Home Assistant would refuse, and sends it all the same where it is told to', async () => {
    await using t = await startApi();
    await expect(t.api.call('light.turn_onn', { target: 'light.kitchen' })).rejects.toMatchObject({
      code: 'UNKNOWN_SERVICE',
      hint: 'Did you mean "light.turn_on"?',
    });
    await expect(t.api.call('light.turn_on', { target: 'light.kitchn' })).rejects.toMatchObject({
      code: 'UNKNOWN_ENTITY',
    });
    expect(t.link.calls).toEqual([]);
    await t.api.call('light.turn_onn', { target: 'light.kitchen', validate: false });
    expect(t.link.calls).toHaveLength(1);
  });

  it('can be followed in the log, but for codes', async () => {
    await using t = await startApi();
    await t.api.call('lock.unlock', { target: { area_id: 'hall' }, data: { code: '1234' } });
    expect(t.lines.at(-1)).toMatchObject({
      level: 'debug',
      logger: 'app.hallway',
      msg: "api.call('lock.unlock')",
      request: { target: { area_id: 'hall' }, data: { code: '[hidden]' } },
    });
  });

  it('tells a doubt once', async () => {
    await using t = await startApi();
    for (const times of [1, 2]) {
      const odd: string = 'light.toggle';
      await t.api.call(odd, { target: 'light.kitchen', data: { blink: times } });
    }
    expect(t.warnings()).toEqual([expect.stringContaining('`blink` is not a field of light.toggle')]);
    expect(t.link.calls).toHaveLength(2);
  });

  it.each(['light', 'light.turn on', 'a.b.c', '.x'])('takes %j for no service', async (name) => {
    await using t = await startApi();
    await expect(t.api.call(name)).rejects.toThrow(InvalidArgument);
  });

  it.each([
    ['no service', undefined, {}, 'INVALID_ARGUMENT', 'undefined is not the name of a service'],
    ['a number', 3, {}, 'INVALID_ARGUMENT', '3 is not the name of a service'],
    [
      'a target that is null',
      'light.turn_on',
      { target: null },
      'INVALID_TARGET',
      'The target of light.turn_on is null',
    ],
    ['data that are a text', 'light.turn_on', { target: 'light.kitchen', data: 'on' }, 'INVALID_ARGUMENT', '"on"'],
    ['data that are a list', 'light.turn_on', { target: 'light.kitchen', data: [1] }, 'INVALID_ARGUMENT', 'a list'],
  ])('refuses %s', async (_what, service, options, code, message) => {
    await using t = await startApi();
    const call = t.api.call.bind(t.api) as (service: unknown, options: unknown) => Promise<unknown>;
    const error = await call(service, options).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message), hint: expect.any(String) });
    expect(t.link.calls).toEqual([]);
  });

  it('passes on what Home Assistant answers', async () => {
    await using t = await startApi();
    t.link.answer = () => {
      throw new TypeError('refused');
    };
    await expect(t.api.call('light.turn_on', { target: 'light.kitchen' })).rejects.toThrow('refused');
  });

  it('waits for the home before it judges what it does not know', async () => {
    await using t = await startApi({ connected: false });
    const called = t.api.call('light.turn_on', { target: 'light.kitchen', timeout: '10s' });
    const unknown = t.api.call('light.turn_onn', { target: 'light.kitchen', timeout: '10s' });
    await t.clock.advanceBy(4000);
    expect(t.link.calls).toEqual([]);
    t.link.connect(ENTITIES);
    await expect(called).resolves.toBeUndefined();
    await expect(unknown).rejects.toMatchObject({ code: 'UNKNOWN_SERVICE' });
    expect(t.link.sent.at(-1)?.options.timeoutMs).toBe(6000);
  });

  it('leaves the wait to the link where what was known already says that it is right', async () => {
    await using t = await startApi();
    t.link.phase('lost');
    await t.api.call('light.turn_on', { target: 'light.kitchen' });
    expect(t.link.calls).toHaveLength(1);
  });

  it('asks again what the home has, before it refuses by what it had once', async () => {
    await using t = await startApi();
    t.link.phase('lost');
    const called = t.api.call('light.turn_on', { target: 'light.new' });
    await t.clock.settle();
    t.link.connect({ ...ENTITIES, 'light.new': 'off' });
    await expect(called).resolves.toBeUndefined();
  });

  it('gives up at its time limit, and says why', async () => {
    await using t = await startApi({ connected: false });
    t.link.phase('lost', { code: 'HOME_UNREACHABLE', message: 'nothing answers' });
    const called = t.api.call('light.turn_on', { target: 'light.kitchen', timeout: '10s' });
    const failed = expect(called).rejects.toMatchObject({
      code: 'HOME_AWAY',
      message: 'api.call(\'light.turn_on\') waited 10s for home "default" and was not sent: nothing answers',
    });
    await t.clock.advanceBy(10_000);
    await failed;
    t.link.connect(ENTITIES);
    await t.clock.settle();
    expect(t.link.calls).toEqual([]);
  });

  it('sends unchecked where the home does not say what services it has', async () => {
    await using t = await startApi({ connected: false });
    t.link.answerServices = () => Promise.reject(new Error('refused'));
    t.link.connect(ENTITIES);
    await t.api.call('light.turn_on', { target: 'light.kitchen' });
    expect(t.link.calls).toHaveLength(1);
  });

  it('sends a new service, and asks for its description', async () => {
    await using t = await startApi();
    t.link.fire('service_registered', { domain: 'script', service: 'new' });
    await t.api.call('script.new', { data: { a: 1 } });
    await t.clock.settle();
    expect(t.link.sent.map(({ command }) => command.type)).toEqual(['get_services', 'call_service', 'get_services']);
  });

  it('acts for the run that it is called in', async () => {
    await using t = await startApi();
    const outcome = await t.inHandler(async (execution) => {
      await t.api.call('light.turn_on', { target: 'light.kitchen' });
      expect(t.link.sent.at(-1)?.options).toMatchObject({ signal: execution.signal, executionId: execution.id });
    });
    expect(outcome.kind).toBe('done');
  });

  it('lets virtual time go on while it waits', async () => {
    await using t = await startApi({ connected: false });
    t.clock.after(1000, 'the home comes', () => t.link.connect(ENTITIES));
    const outcome = t.inHandler(() => t.api.call('light.turn_on', { target: 'light.kitchen' }));
    await t.clock.advanceBy(2000);
    expect((await outcome).kind).toBe('done');
  });

  it('refuses what an app still tries that has stopped', async () => {
    await using t = await startApi();
    t.life.stop(new Cancelled('over'));
    await expect(t.api.call('light.turn_on', { target: 'light.kitchen' })).rejects.toThrow(/"hallway" has stopped/);
    await expect(t.api.states.set('sensor.a', 1)).rejects.toThrow(Cancelled);
    await expect(t.api.fireEvent('a')).rejects.toThrow(Cancelled);
    await expect(t.api.renderTemplate('a')).rejects.toThrow(Cancelled);
    await expect(t.api.config()).rejects.toThrow(Cancelled);
    await expect(t.api.websocket({ type: 'x' })).rejects.toThrow(Cancelled);
    await expect(t.api.rest('/api/')).rejects.toThrow(Cancelled);
    expect(t.link.calls).toEqual([]);
    expect(t.link.asked).toEqual([]);
  });

  it('calls off what waits when the app stops', async () => {
    await using t = await startApi({ connected: false });
    const called = t.api.call('light.turn_on', { target: 'light.kitchen' });
    t.life.stop(new Cancelled('over'));
    await expect(called).rejects.toThrow(Cancelled);
  });
});

describe('Api in a dry run', () => {
  it('logs and records what would change something, and sends none of it', async () => {
    await using t = await startApi({ dryRun: true });
    const asked = t.link.sent.length;
    await t.api.call('light.turn_on', { target: 'light.kitchen', data: { brightness_pct: 40 } });
    await t.api.fireEvent('my_event', { a: 1 });
    await t.api.states.set('sensor.x', 5);
    await expect(t.api.states.remove('sensor.power')).resolves.toBe(true);
    await t.api.websocket({ type: 'config/area_registry/create', name: 'Attic' });
    await t.api.rest('/api/events/x', { method: 'POST' });
    expect(t.link.sent).toHaveLength(asked);
    expect(t.link.asked).toEqual([]);
    expect(t.api.withheld.map(({ what }) => what)).toEqual([
      "api.call('light.turn_on')",
      "api.fireEvent('my_event')",
      "api.states.set('sensor.x')",
      "api.states.remove('sensor.power')",
      "api.websocket('config/area_registry/create')",
      "api.rest('POST /api/events/x')",
    ]);
    expect(t.api.withheld[0]?.request).toEqual({
      service: 'light.turn_on',
      target: { entity_id: 'light.kitchen' },
      data: { brightness_pct: 40 },
    });
    expect(t.lines.filter(({ msg }) => msg.startsWith('dry run, not sent: '))).toHaveLength(6);
  });

  it('refuses the same, and still asks', async () => {
    await using t = await startApi({ dryRun: true });
    await expect(t.api.call('light.turn_on', { target: 'light.kitchn' })).rejects.toMatchObject({
      code: 'UNKNOWN_ENTITY',
    });
    t.link.answer = () => ({ response: { 'todo.chores': { items: [] } } });
    await expect(t.api.call('todo.get_items', { target: 'todo.chores', returnResponse: true })).resolves.toEqual({
      'todo.chores': { items: [] },
    });
    await t.api.websocket({ type: 'config/area_registry/list' });
    expect(t.link.sent.at(-1)?.command.type).toBe('config/area_registry/list');
  });
});

describe('Api', () => {
  const json = (status: number, body: unknown): RestResponse => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const wire = {
    entity_id: 'sensor.a',
    state: '5',
    attributes: { unit: 'W' },
    last_changed: '2026-11-21T13:16:29.645576+00:00',
    last_updated: '2026-11-21T13:16:29.645576+00:00',
    context: { id: 'C', parent_id: null, user_id: null },
  };

  it('reads states from the home', async () => {
    await using t = await startApi();
    t.link.answerRest = ({ path }) =>
      path === '/api/states' ? json(200, [wire, wire]) : path.endsWith('sensor.a') ? json(200, wire) : json(404, {});
    expect((await t.api.states.get('sensor.a'))?.number).toBe(5);
    await expect(t.api.states.get('sensor.gone')).resolves.toBeUndefined();
    await expect(t.api.states.getAll()).resolves.toHaveLength(2);
    t.link.answerRest = () => json(200, { nonsense: true });
    await expect(t.api.states.get('sensor.a')).rejects.toThrow(TypeError);
    await expect(t.api.states.getAll()).rejects.toThrow(TypeError);
  });

  it('writes and removes states', async () => {
    await using t = await startApi();
    t.link.answerRest = () => json(201, wire);
    const written = await t.api.states.set('sensor.a', 5, { attributes: { unit: 'W' }, forceUpdate: true });
    expect(written?.attributes).toEqual({ unit: 'W' });
    expect(t.link.asked.at(-1)?.request).toEqual({
      method: 'POST',
      path: '/api/states/sensor.a',
      headers: { 'content-type': 'application/json' },
      body: '{"state":"5","attributes":{"unit":"W"},"force_update":true}',
    } satisfies RestRequest);
    t.link.answerRest = () => json(200, { message: 'Entity removed.' });
    await expect(t.api.states.remove('sensor.a')).resolves.toBe(true);
    t.link.answerRest = () => json(404, { message: 'Entity not found.' });
    await expect(t.api.states.remove('sensor/a')).resolves.toBe(false);
    expect(t.link.asked.at(-1)?.request.path).toBe('/api/states/sensor%2Fa');
  });

  it('tells what Home Assistant said to a refused request', async () => {
    await using t = await startApi();
    t.link.answerRest = () => json(400, { message: 'Invalid state specified.' });
    await expect(t.api.states.set('sensor.a', 'x')).rejects.toMatchObject({
      code: 'REST_REFUSED',
      status: 400,
      homeMessage: 'Invalid state specified.',
      message: "api.states.set('sensor.a') was refused by Home Assistant (400): Invalid state specified.",
    });
    t.link.answerRest = () => ({ status: 401, headers: {}, body: '401: Unauthorized' });
    await expect(t.api.renderTemplate('{{ 1 }}')).rejects.toMatchObject({
      status: 401,
      homeMessage: 'Unauthorized',
      hint: expect.stringContaining('administrator'),
    });
    t.link.answerRest = () => ({ status: 500, headers: {}, body: '' });
    await expect(t.api.rest('/api/x')).rejects.toMatchObject({ status: 500, homeMessage: undefined });
  });

  it('has templates rendered by the home', async () => {
    await using t = await startApi();
    t.link.answerRest = () => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: new TextEncoder().encode('42'),
    });
    await expect(t.api.renderTemplate('{{ x }}', { variables: { x: 42 }, timeout: '5s' })).resolves.toBe('42');
    expect(t.link.asked.at(-1)).toMatchObject({
      request: { method: 'POST', path: '/api/template', body: '{"template":"{{ x }}","variables":{"x":42}}' },
      options: { timeoutMs: 5000, app: 'hallway' },
    });
  });

  it('fires events, and asks for the configuration', async () => {
    await using t = await startApi();
    await t.api.fireEvent('my_event', { a: 1 });
    expect(t.link.sent.at(-1)?.command).toEqual({ type: 'fire_event', event_type: 'my_event', event_data: { a: 1 } });
    t.link.answer = () => ({ time_zone: 'UTC' });
    expect((await t.api.config()).time_zone).toBe('UTC');
  });

  it('opens the rest of the API', async () => {
    await using t = await startApi();
    t.link.answer = () => ['kitchen'];
    await expect(t.api.websocket({ type: 'config/area_registry/list' })).resolves.toEqual(['kitchen']);
    t.link.answerRest = () => json(200, { message: 'API running.' });
    await expect(t.api.rest('/api/')).resolves.toEqual({ message: 'API running.' });
    t.link.answerRest = () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'log' });
    await expect(t.api.rest('/api/error_log')).resolves.toBe('log');
    t.link.answerRest = () => ({ status: 200, headers: { 'content-type': 'image/jpeg' }, body: new Uint8Array([1]) });
    await expect(t.api.rest('/api/camera_proxy/camera.a')).resolves.toEqual(new Uint8Array([1]));
    await t.api.rest('/api/x', { method: 'POST', body: { a: 1 } });
    expect(t.link.asked.at(-1)?.request).toMatchObject({ method: 'POST', body: '{"a":1}' });
    await expect(t.api.rest('http://elsewhere/')).rejects.toThrow(InvalidArgument);
  });

  it.each([
    'subscribe_events',
    'subscribe_entities',
    'render_template',
    'auth',
    'logbook/event_stream/subscribe',
    'unsubscribe_events',
    'ping',
  ])('leaves %s to the connection', async (type) => {
    await using t = await startApi();
    await expect(t.api.websocket({ type })).rejects.toThrow(InvalidArgument);
  });

  it.each([
    ['a command with an id', { type: 'get_config', id: 9999 }, /"get_config" was given an id/],
    ['an object without a type', { kind: 'get_config' }, /an object, which is no command/],
    ['a text', 'get_config', /"get_config", which is no command/],
    ['nothing', undefined, /undefined, which is no command/],
  ])('takes %s for no command', async (_what, command, message) => {
    await using t = await startApi();
    const websocket = t.api.websocket.bind(t.api) as (command: unknown) => Promise<unknown>;
    const sent = t.link.sent.length;
    await expect(websocket(command)).rejects.toThrow(message);
    expect(t.link.sent).toHaveLength(sent);
  });

  it('refuses what JSON cannot say, and paths that are none', async () => {
    await using t = await startApi();
    const circle: Record<string, unknown> = {};
    circle['circle'] = circle;
    const message = /cannot be written as JSON: Converting circular structure to JSON$/;
    await expect(t.api.rest('/api/x', { method: 'POST', body: circle })).rejects.toThrow(message);
    await expect(t.api.states.set('sensor.a', '1', { attributes: circle })).rejects.toThrow(message);
    await expect(t.api.renderTemplate('{{ a }}', { variables: circle })).rejects.toThrow(message);
    const rest = t.api.rest.bind(t.api) as (path: unknown) => Promise<unknown>;
    await expect(rest(undefined)).rejects.toThrow('The path "undefined" is not one of the REST API');
    expect(t.link.asked).toEqual([]);
  });

  it('refuses events without a type, templates that are none, and pictures of no size', async () => {
    await using t = await startApi();
    await expect(t.api.fireEvent('')).rejects.toThrow('"" is no type of an event');
    const render = t.api.renderTemplate.bind(t.api) as (template: unknown) => Promise<string>;
    await expect(render(3)).rejects.toThrow('3 is no template');
    for (const width of [0, -1, 3.5, Number.NaN]) {
      await expect(t.api.cameras.image('camera.a', { width })).rejects.toThrow(/^width is .* no number of pixels$/);
    }
    expect(t.link.asked).toEqual([]);
  });

  it('refuses spans that end before they begin', async () => {
    await using t = await startApi();
    const sent = t.link.sent.length;
    const span = { since: '1h', until: '2h' };
    const message = /^until \(.*\) is before since \(.*\)$/;
    await expect(t.api.logbook(span)).rejects.toThrow(message);
    await expect(t.api.statistics.during('sensor.power', { ...span, period: 'day' })).rejects.toThrow(message);
    await expect(t.api.history('sensor.power', span)[Symbol.asyncIterator]().next()).rejects.toThrow(message);
    await expect(t.api.calendars.events('calendar.a', { from: '7d', to: '1d' })).rejects.toThrow(/^to .* before from/);
    await expect(t.api.logbook({ since: '1h', entities: ['light.a', 'light a'] })).rejects.toThrow('"light a"');
    expect(t.link.sent).toHaveLength(sent);
  });
});

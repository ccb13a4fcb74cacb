import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { homeDifferences } from '../../../src/simulator/recording/home-difference.ts';
import { parseRecording, recordingOf } from '../../../src/simulator/recording/home-recording.ts';
import { type Answer, type Answers, questions } from '../../../src/simulator/recording/questions.ts';
import { recordedHome } from '../../../src/simulator/recording/recorded-home.ts';
import { REDACTED, redacted } from '../../../src/simulator/recording/redaction.ts';
import { TestClient } from '../test-client.ts';

const answer = (result: unknown): Answer => ({ kind: 'result', result });
const at = Temporal.Instant.from('2026-11-21T12:00:00Z');

/** What a client is answered to all questions. */
async function answersOf(client: TestClient): Promise<Answers> {
  const answers = new Map<string, Answer>();
  for (const { name, command } of questions) {
    const { type, ...fields } = command;
    const { success, result, error } = (await client.command(type, fields)) ?? {};
    const refusal = error as { readonly code: string; readonly message: string };
    answers.set(name, success === true ? answer(result) : { kind: 'refused', ...refusal });
  }
  return answers;
}

const house = {
  states: {
    'light.lamp': { state: 'on', attributes: { brightness: 7 } },
    'todo.list': { state: '0' },
    'camera.door': {
      state: 'idle',
      attributes: { access_token: 'abc', entity_picture: '/api/camera_proxy/x?token=abc' },
    },
    'person.anna': { state: 'home', attributes: { latitude: 52.37313, longitude: 4.89031 } },
  },
  registries: {
    areas: { hall: {} },
    devices: { lamp: { area: 'hall' } },
    entities: { 'light.lamp': { device: 'lamp' } },
  },
};

async function recorded() {
  const client = await TestClient.connected(house);
  client.home.addService('notify', 'mobile_app_anna', {
    description: { fields: {} },
    check: (data) => data,
    run: () => undefined,
  });
  const answers = redacted(await answersOf(client), [client.home.token]);
  return { answers, recording: recordingOf(answers, at) };
}

describe('a recording of a home', () => {
  it('makes a simulated home that answers all questions alike', async () => {
    const { answers, recording } = await recorded();
    const kept = parseRecording(JSON.stringify(recording), 'home.json');
    const clock = new VirtualClock({ now: at });
    const home = recordedHome(kept, { clock });
    expect(home.state('light.lamp')).toBe('on');
    expect(home.registries.entities.get('light.lamp')?.device_id).toBe('lamp');
    const client = await TestClient.to(home, clock);
    expect(homeDifferences(answers, redacted(await answersOf(client), []))).toEqual([]);
  });

  it('accepts the services that the simulated home does not know, and does nothing', async () => {
    const { recording } = await recorded();
    const clock = new VirtualClock({ now: at });
    const client = await TestClient.to(recordedHome(recording, { clock }), clock);
    const call = { domain: 'notify', service: 'mobile_app_anna', service_data: { message: 'hi' } };
    expect(await client.command('call_service', call)).toMatchObject({ success: true });
    expect(client.home.calls).toMatchObject([{ service: 'mobile_app_anna', data: { message: 'hi' } }]);
    expect(await client.call('light.turn_off', 'light.lamp')).toMatchObject({ success: true });
    expect(client.home.state('light.lamp')).toBe('off');
  });

  it('keeps no token, no address with a token, and no place but the neighbourhood', async () => {
    const { recording } = await recorded();
    const attributes = Object.fromEntries(recording.states.map((state) => [state.entity_id, state.attributes]));
    expect(attributes['camera.door']).toMatchObject({ access_token: REDACTED, entity_picture: '/api/camera_proxy/x' });
    expect(attributes['person.anna']).toMatchObject({ latitude: 52.4, longitude: 4.9 });
    expect(recording.devices[0]).toMatchObject({ identifiers: [], connections: [], serial_number: null });
  });

  it.each([
    ['{', 'home.json is no recording of a home: it is no JSON'],
    ['{}', 'home.json: no recording of a home at kind'],
    ['[]', 'home.json: no recording of a home'],
  ])('is refused where it is %s', (text, message) => {
    expect(() => parseRecording(text, 'home.json')).toThrow(message);
  });

  it('is refused where an entity has no id that one could have', async () => {
    const { recording } = await recorded();
    const broken = { ...recording, states: [{ entity_id: 'Lamp', state: 'on', attributes: {} }] };
    expect(() => parseRecording(JSON.stringify(broken), 'home.json')).toThrow(
      'states.0.entity_id: expected an entity id',
    );
  });
});

describe('redaction', () => {
  it('leaves no secret anywhere, however deep it lies', () => {
    const secret = 'sk-1234567890';
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.array(fc.string()), (json, path) => {
        let value: unknown = [JSON.parse(json), `Bearer ${secret} and more`];
        for (const key of path) value = key.length % 2 === 0 ? { [`k${key}`]: value } : [value];
        const clean = redacted(new Map([['get_states', answer([{ value }])]]), [secret]);
        expect(JSON.stringify([...clean])).not.toContain(secret);
      }),
    );
  });

  it.each([
    ['wifi_password', 'x', REDACTED],
    ['mac_address', '00:11', REDACTED],
    ['stream', 'rtsp://me:pw@cam/1', `rtsp://${REDACTED}@cam/1`],
    ['friendly_name', 'Token of love', 'Token of love'],
    ['code_format', 'number', 'number'],
  ])('makes of %s %s %s', (name, value, clean) => {
    const [[, found] = []] = redacted(new Map([['get_states', answer([{ attributes: { [name]: value } }])]]), []);
    expect(found).toEqual(answer([{ attributes: { [name]: clean } }]));
  });
});

describe('differences of homes', () => {
  const between = (real: Answer, simulated: Answer): readonly string[] =>
    homeDifferences(new Map([['q', real]]), new Map([['q', simulated]])).map(({ path, what }) => `${path} ${what}`);

  it('say where an answer differs, and how', () => {
    const state = (more: object): unknown => [{ entity_id: 'light.a', state: 'on', context: { id: '1' }, ...more }];
    expect(between(answer(state({})), answer(state({ state: 'off', context: { id: '2' } })))).toEqual([
      'light.a.state is "on", in the simulated home "off"',
    ]);
    expect(between(answer(state({ extra: 1 })), answer(state({ other: 2 })))).toEqual([
      'light.a.extra is missing in the simulated home',
      'light.a.other is there in the simulated home alone',
    ]);
    expect(between(answer([1, 2]), answer([2, 1]))).toEqual([]);
    expect(between(answer([1, 2]), answer([1]))).toEqual([' has 2 items, in the simulated home 1']);
  });

  it('say who refuses what', () => {
    const refused: Answer = { kind: 'refused', code: 'not_found', message: 'No' };
    expect(between(refused, answer(1))).toEqual([' is refused with not_found, and answered when simulated']);
    expect(between(answer(1), refused)).toEqual([' is answered, and refused when simulated: not_found, No']);
    expect(between(refused, { ...refused, code: 'failed' })).toEqual([
      ' is refused with not_found, by the simulated home with failed',
    ]);
    expect(between(refused, { ...refused, message: 'Nay' })).toEqual(['message is "No", in the simulated home "Nay"']);
  });

  it('take ids that homes give by chance for the same', () => {
    expect(between(answer({ x: '01M7Z3YS1PTTG7446E54N5WXEQ' }), answer({ x: '01M7Z3Z6YEPJ30PMVFGX5PJK85' }))).toEqual(
      [],
    );
  });
});

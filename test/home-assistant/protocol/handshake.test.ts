import { describe, expect, it } from 'vitest';
import {
  HANDSHAKE_START,
  type HandshakeEffect,
  type HandshakeInput,
  type HandshakeState,
  type Question,
  stepHandshake,
} from '../../../src/home-assistant/protocol/handshake.ts';
import type { HomeConfig } from '../../../src/home-assistant/protocol/wire.ts';

const running: HomeConfig = {
  location_name: 'Home',
  latitude: 52.4,
  longitude: 4.9,
  elevation: 2,
  time_zone: 'Europe/Amsterdam',
  unit_system: {},
  version: '2026.11.0',
  state: 'RUNNING',
  components: [],
};
const notRunning: HomeConfig = { ...running, state: 'NOT_RUNNING' };
const entity = { s: 'on', a: {}, c: '01A', lc: 1 };

const required: HandshakeInput = { kind: 'auth', message: { type: 'auth_required', ha_version: '2026.11.0' } };
const ok: HandshakeInput = { kind: 'auth', message: { type: 'auth_ok', ha_version: '2026.11.0' } };
const invalid: HandshakeInput = {
  kind: 'auth',
  message: { type: 'auth_invalid', message: 'Invalid access token or password' },
};
const stranger: HandshakeInput = { kind: 'stranger' };
const lookAgain: HandshakeInput = { kind: 'look-again' };
const entities: HandshakeInput = { kind: 'entities', added: { 'light.bed': entity } };

function answered(to: Question, result: unknown): HandshakeInput {
  return { kind: 'answer', to, answer: { id: 1, type: 'result', success: true, result } };
}

function refused(to: Question, code: string): HandshakeInput {
  return { kind: 'answer', to, answer: { id: 1, type: 'result', success: false, error: { code, message: 'No.' } } };
}

const asks = (...what: readonly Question[]): HandshakeEffect[] =>
  what.map((question) => ({ do: 'ask', what: question }));
const entering: HandshakeEffect[] = [
  ...asks('features'),
  { do: 'enter', phase: 'syncing' },
  ...asks('clock', 'config-changes'),
  { do: 'follow' },
  ...asks('config'),
];
const tokenRefused: HandshakeEffect = {
  do: 'fail',
  failure: { kind: 'token-refused', message: 'Invalid access token or password' },
};
const notHomeAssistant: HandshakeEffect = { do: 'fail', failure: { kind: 'not-home-assistant' } };
const questionRefused = (question: Question, code: string): HandshakeEffect => ({
  do: 'fail',
  failure: { kind: 'question-refused', question, error: { code, message: 'No.' } },
});

const greeting: HandshakeState = HANDSHAKE_START;
const verdict: HandshakeState = { step: 'verdict' };
const config: HandshakeState = { step: 'config', starting: false };
const waiting: HandshakeState = { step: 'config', starting: true };
const syncing: HandshakeState = { step: 'entities', starting: false, config: running };
const started: HandshakeState = { step: 'entities', starting: true, config: running };
const legacy: HandshakeState = { step: 'states', starting: false, config: running };
const done: HandshakeState = { step: 'done' };
const failed: HandshakeState = { step: 'failed' };

const state = {
  entity_id: 'light.bed',
  state: 'on',
  attributes: {},
  last_changed: '1970-01-01T00:00:01+00:00',
  last_updated: '1970-01-01T00:00:01+00:00',
  context: { id: '01A', parent_id: null, user_id: null },
};

type Row = [what: string, from: HandshakeState, input: HandshakeInput, to: HandshakeState, effects: HandshakeEffect[]];

const table: readonly Row[] = [
  ['asked to authenticate, it does', greeting, required, verdict, [{ do: 'authenticate' }]],
  ['let in without being asked, it goes on', greeting, ok, config, entering],
  ['refused before it could say who it is', greeting, invalid, failed, [tokenRefused]],
  ['something else greets', greeting, stranger, failed, [notHomeAssistant]],
  ['a timer means nothing yet', greeting, lookAgain, greeting, []],
  ['states come instead of a greeting', greeting, entities, failed, [notHomeAssistant]],

  ['the token is good', verdict, ok, config, entering],
  ['the token is refused', verdict, invalid, failed, [tokenRefused]],
  ['asked twice, it waits', verdict, required, verdict, []],
  ['something else answers', verdict, stranger, failed, [notHomeAssistant]],
  ['a timer means nothing yet', verdict, lookAgain, verdict, []],

  ['the home runs: its states are next', config, answered('config', running), syncing, asks('entities')],
  [
    'the home starts: it is waited for',
    config,
    answered('config', notRunning),
    waiting,
    [{ do: 'enter', phase: 'starting' }],
  ],
  [
    'a configuration is refused',
    config,
    refused('config', 'unknown_error'),
    failed,
    [questionRefused('config', 'unknown_error')],
  ],
  ['a configuration that is none', config, answered('config', null), failed, [notHomeAssistant]],
  ['an older home does not know features', config, refused('features', 'unknown_command'), config, []],
  [
    'who may not follow changes of the configuration goes on',
    config,
    refused('config-changes', 'unauthorized'),
    config,
    [],
  ],
  ['a change of the configuration while it is asked for', config, lookAgain, config, []],
  ['a message of a kind not known yet', config, stranger, config, []],

  ['a starting home changed: it is asked again', waiting, lookAgain, waiting, asks('config')],
  ['it still starts', waiting, answered('config', notRunning), waiting, []],
  [
    'it runs now',
    waiting,
    answered('config', running),
    started,
    [{ do: 'enter', phase: 'syncing' }, ...asks('entities')],
  ],

  ['a null result comes before the states', syncing, answered('entities', null), syncing, []],
  [
    'the states are there',
    syncing,
    entities,
    done,
    [{ do: 'finish', entities: { 'light.bed': entity }, config: running, starting: false }],
  ],
  [
    'the states of a home that was seen starting',
    started,
    entities,
    done,
    [{ do: 'finish', entities: { 'light.bed': entity }, config: running, starting: true }],
  ],
  [
    'an older home: the long way',
    syncing,
    refused('entities', 'unknown_command'),
    legacy,
    asks('state-changes', 'states'),
  ],
  [
    'states are refused',
    syncing,
    refused('entities', 'unauthorized'),
    failed,
    [questionRefused('entities', 'unauthorized')],
  ],

  ['changes are followed', legacy, answered('state-changes', null), legacy, []],
  [
    'changes may not be followed',
    legacy,
    refused('state-changes', 'unauthorized'),
    failed,
    [questionRefused('state-changes', 'unauthorized')],
  ],
  [
    'the states of an older home',
    legacy,
    answered('states', [state]),
    done,
    [{ do: 'finish', entities: { 'light.bed': entity }, config: running, starting: false }],
  ],
  ['states that are none', legacy, answered('states', 3), failed, [notHomeAssistant]],
  [
    'states are refused the long way as well',
    legacy,
    refused('states', 'unknown_error'),
    failed,
    [questionRefused('states', 'unknown_error')],
  ],
  ['an answer that is no matter any more', legacy, answered('config', running), legacy, []],

  ['afterwards nothing is said', done, lookAgain, done, []],
  ['afterwards nothing is said', done, entities, done, []],
  ['after a failure nothing is said', failed, required, failed, []],
];

describe('stepHandshake', () => {
  it.each(table)('%s', (_what, from, input, to, effects) => {
    expect(stepHandshake(from, input)).toEqual({ state: to, effects });
  });

  it('knows every step', () => {
    const steps = new Set(table.map(([, from]) => from.step));
    expect([...steps].toSorted()).toEqual(['config', 'done', 'entities', 'failed', 'greeting', 'states', 'verdict']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  CONNECTION_START,
  type ConnectionEffect,
  type ConnectionInput,
  type ConnectionState,
  stepConnection,
} from '../../../src/home-assistant/connection/connection-machine.ts';

const at = (phase: ConnectionState['phase'], more: Partial<ConnectionState> = {}): ConnectionState => ({
  phase,
  generation: 3,
  failures: 2,
  told: ['CONNECTION_LOST'],
  ...more,
});

const opened: ConnectionInput = { kind: 'opened' };
const retry: ConnectionInput = { kind: 'retry' };
const ready: ConnectionInput = { kind: 'ready' };
const stop: ConnectionInput = { kind: 'stop' };
const entered = (phase: 'syncing' | 'starting'): ConnectionInput => ({ kind: 'entered', phase });
const ended = (topic: string, more: { refused?: boolean; steady?: boolean } = {}): ConnectionInput => ({
  kind: 'ended',
  topic,
  refused: false,
  steady: false,
  ...more,
});

const opening: ConnectionEffect[] = [
  { do: 'open', generation: 4 },
  { do: 'limit', phase: 'connecting' },
];
const waits = (failures: number, slowly = false): ConnectionEffect => ({ do: 'wait', failures, slowly });

type Row = [
  what: string,
  from: ConnectionState,
  input: ConnectionInput,
  to: ConnectionState,
  effects: ConnectionEffect[],
];

const table: readonly Row[] = [
  [
    'it begins',
    CONNECTION_START,
    { kind: 'start' },
    { phase: 'connecting', generation: 1, failures: 0, told: [] },
    [
      { do: 'open', generation: 1 },
      { do: 'limit', phase: 'connecting' },
    ],
  ],
  ['begun already', at('ready'), { kind: 'start' }, at('ready'), []],
  ['a socket is open', at('connecting'), opened, at('authenticating'), [{ do: 'limit', phase: 'authenticating' }]],
  ['a socket of before', at('lost'), opened, at('lost'), []],
  ['the home let us in', at('authenticating'), entered('syncing'), at('syncing'), [{ do: 'limit', phase: 'syncing' }]],
  ['it is starting, which may take long', at('syncing'), entered('starting'), at('starting'), [{ do: 'unlimit' }]],
  ['a word out of place', at('lost'), entered('syncing'), at('lost'), []],
  ['all is known', at('syncing'), ready, at('ready'), [{ do: 'unlimit' }]],
  ['it has started', at('starting'), entered('syncing'), at('syncing'), [{ do: 'limit', phase: 'syncing' }]],
  ['its states before it has started', at('starting'), ready, at('starting'), []],
  ['a word out of place', at('connecting'), ready, at('connecting'), []],

  [
    'a good connection goes: the waits begin anew',
    at('ready', { told: ['CONNECTION_LOST', 'AUTH_REFUSED'] }),
    ended('CONNECTION_LOST', { steady: true }),
    at('lost', { failures: 1 }),
    [{ do: 'unlimit' }, { do: 'tell' }, waits(1)],
  ],
  [
    'one that had just come goes again: they grow',
    at('ready', { told: [] }),
    ended('CONNECTION_LOST'),
    at('lost', { failures: 3 }),
    [{ do: 'unlimit' }, { do: 'tell' }, waits(3)],
  ],
  [
    'one that comes and goes is told of once',
    at('ready'),
    ended('CONNECTION_LOST'),
    at('lost', { failures: 3 }),
    [{ do: 'unlimit' }, waits(3)],
  ],
  [
    'told once an outage',
    at('connecting'),
    ended('CONNECTION_LOST'),
    at('lost', { failures: 3 }),
    [{ do: 'unlimit' }, waits(3)],
  ],
  [
    'another problem is told as well',
    at('authenticating'),
    ended('NOT_HOME_ASSISTANT'),
    at('lost', { failures: 3, told: ['CONNECTION_LOST', 'NOT_HOME_ASSISTANT'] }),
    [{ do: 'unlimit' }, { do: 'tell' }, waits(3)],
  ],
  [
    'a refused token is tried slowly',
    at('authenticating', { told: [] }),
    ended('AUTH_REFUSED', { refused: true }),
    at('refused', { failures: 3, told: ['AUTH_REFUSED'] }),
    [{ do: 'unlimit' }, { do: 'tell' }, waits(3, true)],
  ],
  [
    'lost while it started',
    at('starting'),
    ended('CONNECTION_LOST'),
    at('lost', { failures: 3 }),
    [{ do: 'unlimit' }, waits(3)],
  ],
  ['what is over cannot end', at('lost'), ended('CONNECTION_LOST'), at('lost'), []],
  ['what is over cannot end', at('closed'), ended('CONNECTION_LOST'), at('closed'), []],

  ['the wait is over', at('lost'), retry, at('connecting', { generation: 4 }), opening],
  ['the long wait is over', at('refused'), retry, at('connecting', { generation: 4 }), opening],
  ['nothing to try again', at('ready'), retry, at('ready'), []],
  ['an attempt is under way', at('syncing'), retry, at('syncing'), []],
  ['stopped', at('closed'), retry, at('closed'), []],

  ['it stops', at('ready'), stop, at('closed'), [{ do: 'unlimit' }, { do: 'close' }]],
  ['it stops while it waits', at('lost'), stop, at('closed'), [{ do: 'unlimit' }, { do: 'close' }]],
  ['stopped already', at('closed'), stop, at('closed'), []],
];

describe('stepConnection', () => {
  it.each(table)('%s (%#)', (_what, from, input, to, effects) => {
    expect(stepConnection(from, input)).toEqual({ state: to, effects });
  });

  it('knows every phase', () => {
    const phases = new Set(table.flatMap(([, from, , to]) => [from.phase, to.phase]));
    expect([...phases].toSorted()).toEqual([
      'authenticating',
      'closed',
      'connecting',
      'lost',
      'ready',
      'refused',
      'starting',
      'syncing',
    ]);
  });
});

/**
 * Where a resource is in its life:
 *
 * - `created`: nothing has begun.
 * - `starting`: its children, then itself.
 * - `running`: it does its work.
 * - `retrying`: a service whose work broke off and is begun again.
 * - `degraded`: a service that is done without, for good or for a while.
 * - `stopping`: it ends, wanted or because its start failed.
 * - `stopped`: it has ended and left its owner.
 * - `failed`: its start failed and was cleaned up; it stays with its owner, to be seen, until it is stopped.
 */
export type ResourceStatus =
  | 'created'
  | 'starting'
  | 'running'
  | 'retrying'
  | 'degraded'
  | 'stopping'
  | 'stopped'
  | 'failed';

/**
 * What can happen to a resource. `start` and `stop` are asked for, `started`, `start-failed`, `ended` and `cleaned-up`
 * are what came of it. A service's work may be `lost`, then `recovered` or `given-up`, and after a while be begun `anew`.
 */
export type ResourceInput =
  | 'start'
  | 'started'
  | 'start-failed'
  | 'stop'
  | 'ended'
  | 'cleaned-up'
  | 'lost'
  | 'recovered'
  | 'given-up'
  | 'anew';

/** What is to be done about it. `leave` is to leave the owner. */
export type ResourceEffect = 'begin-start' | 'join-start' | 'begin-stop' | 'join-stop' | 'leave' | 'none';

export interface ResourceStep {
  readonly status: ResourceStatus;
  readonly effect: ResourceEffect;
}

/** A refusal says in words why an input has no place in a status: `it has not been started`. */
export type ResourceTransition = ResourceStep | { readonly refusal: string };

const to = (status: ResourceStatus, effect: ResourceEffect = 'none'): ResourceStep => ({ status, effect });
const no = (refusal: string): ResourceTransition => ({ refusal });

const NOT_STARTED = no('it has not been started');
const NOT_STARTING = no('it is not starting');
const NOT_STOPPING = no('it is not stopping');
const NOTHING_LOST = no('its work was not broken off');
const STOPPING = no('it is stopping');
const STOPPED = no('it has stopped; a new one is needed');
const FAILED = no('its start has failed; a new one is needed');

/** The whole of it: what each input does in each status. */
export const RESOURCE_TRANSITIONS: Readonly<
  Record<ResourceStatus, Readonly<Record<ResourceInput, ResourceTransition>>>
> = {
  created: {
    start: to('starting', 'begin-start'),
    started: NOT_STARTED,
    'start-failed': NOT_STARTED,
    stop: to('stopping', 'begin-stop'),
    ended: NOT_STOPPING,
    'cleaned-up': NOT_STOPPING,
    lost: NOT_STARTED,
    recovered: NOT_STARTED,
    'given-up': NOT_STARTED,
    anew: NOT_STARTED,
  },
  starting: {
    start: to('starting', 'join-start'),
    started: to('running'),
    'start-failed': to('stopping', 'begin-stop'),
    stop: to('stopping', 'begin-stop'),
    ended: NOT_STOPPING,
    'cleaned-up': NOT_STOPPING,
    lost: to('starting'),
    recovered: to('starting'),
    'given-up': no('it is still starting: let the start fail instead'),
    anew: to('starting'),
  },
  running: {
    start: to('running', 'join-start'),
    started: NOT_STARTING,
    'start-failed': NOT_STARTING,
    stop: to('stopping', 'begin-stop'),
    ended: NOT_STOPPING,
    'cleaned-up': NOT_STOPPING,
    lost: to('retrying'),
    recovered: to('running'),
    'given-up': to('degraded'),
    anew: NOTHING_LOST,
  },
  retrying: {
    start: to('retrying', 'join-start'),
    started: NOT_STARTING,
    'start-failed': NOT_STARTING,
    stop: to('stopping', 'begin-stop'),
    ended: NOT_STOPPING,
    'cleaned-up': NOT_STOPPING,
    lost: to('retrying'),
    recovered: to('running'),
    'given-up': to('degraded'),
    anew: to('retrying'),
  },
  degraded: {
    start: to('degraded', 'join-start'),
    started: NOT_STARTING,
    'start-failed': NOT_STARTING,
    stop: to('stopping', 'begin-stop'),
    ended: NOT_STOPPING,
    'cleaned-up': NOT_STOPPING,
    lost: no('it is done without already'),
    recovered: no('it is done without; its work has to be begun anew first'),
    'given-up': to('degraded'),
    anew: to('retrying'),
  },
  stopping: {
    start: STOPPING,
    started: STOPPING,
    'start-failed': STOPPING,
    stop: to('stopping', 'join-stop'),
    ended: to('stopped', 'leave'),
    'cleaned-up': to('failed'),
    lost: STOPPING,
    recovered: STOPPING,
    'given-up': STOPPING,
    anew: STOPPING,
  },
  stopped: {
    start: STOPPED,
    started: STOPPED,
    'start-failed': STOPPED,
    stop: to('stopped', 'join-stop'),
    ended: STOPPED,
    'cleaned-up': STOPPED,
    lost: STOPPED,
    recovered: STOPPED,
    'given-up': STOPPED,
    anew: STOPPED,
  },
  failed: {
    start: FAILED,
    started: FAILED,
    'start-failed': FAILED,
    stop: to('stopping', 'begin-stop'),
    ended: FAILED,
    'cleaned-up': FAILED,
    lost: FAILED,
    recovered: FAILED,
    'given-up': FAILED,
    anew: FAILED,
  },
};

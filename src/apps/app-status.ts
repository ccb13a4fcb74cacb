/**
 * Where an app is in its life:
 *
 * - `disabled`: the configuration says not to start it.
 * - `loading`: its class is looked for and its configuration checked.
 * - `waiting for home`: the home has not told its states yet.
 * - `starting`: it is made and its start hooks run.
 * - `running`: it has started; it stays so while its home is away.
 * - `failed`: it could not be loaded or started, or its thread ended.
 * - `stopping`, `stopped`.
 */
export type AppStatus =
  | 'disabled'
  | 'loading'
  | 'waiting for home'
  | 'starting'
  | 'running'
  | 'failed'
  | 'stopping'
  | 'stopped';

export type AppInput = 'home-awaited' | 'begun' | 'started' | 'failed' | 'stop' | 'ended';

/** The whole of it: what each input makes of each status. What is not here changes nothing. */
export const APP_TRANSITIONS: Readonly<Record<AppStatus, Readonly<Partial<Record<AppInput, AppStatus>>>>> = {
  disabled: {},
  loading: { 'home-awaited': 'waiting for home', begun: 'starting', failed: 'failed', stop: 'stopping' },
  'waiting for home': { begun: 'starting', failed: 'failed', stop: 'stopping' },
  starting: { started: 'running', failed: 'failed', stop: 'stopping' },
  running: { failed: 'failed', stop: 'stopping' },
  failed: { stop: 'stopping' },
  stopping: { ended: 'stopped' },
  stopped: {},
};

/** Whether whoever waits for an app to start has an answer. */
export function isSettled(status: AppStatus): boolean {
  return status !== 'loading' && status !== 'starting' && status !== 'stopping';
}

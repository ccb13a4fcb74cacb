/** What a home puts up with, as Home Assistant 2026.11 does. */
export interface Limits {
  /** A client that says nothing is sent away. */
  readonly authSilenceMs: number;
  readonly authBytes: number;
  /** A longer message ends the connection with code 1009. */
  readonly messageBytes: number;
  /** So many messages that wait for a slow reader end its connection at once. */
  readonly pendingMessages: number;
  /** More than this for `pendingPeakMs` ends it as well. */
  readonly pendingPeak: number;
  readonly pendingPeakMs: number;
  /** Silence after which the home pings. */
  readonly pingAfterMs: number;
  /** How long it waits for the pong. */
  readonly pongWithinMs: number;
}

export const defaultLimits: Limits = {
  authSilenceMs: 10_000,
  authBytes: 64 * 1024,
  messageBytes: 4 * 1024 * 1024,
  pendingMessages: 4096,
  pendingPeak: 1024,
  pendingPeakMs: 10_000,
  pingAfterMs: 55_000,
  pongWithinMs: 28_000,
};

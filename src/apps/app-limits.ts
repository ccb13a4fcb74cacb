/** How long the hooks and handlers of an app may take. */
export interface AppLimits {
  /** Each start hook. */
  readonly startHookMs: number;
  /** What runs when the app is to stop. */
  readonly drainMs: number;
  /** The shutdown hooks, all together. */
  readonly shutdownHooksMs: number;
}

export const DEFAULT_APP_LIMITS: AppLimits = { startHookMs: 30_000, drainMs: 4000, shutdownHooksMs: 3000 };

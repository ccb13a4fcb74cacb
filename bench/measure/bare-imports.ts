/** The packages that a running daemon cannot do without. */
export const BARE_IMPORTS = ['ws', 'zod', 'pino'];

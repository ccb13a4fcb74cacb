/**
 * Lets vitest test apps with decorators.
 *
 * @packageDocumentation
 */

import { COMPILE_OPTIONS } from './apps/compile-options.ts';

/** As much of a Vite plugin as this one is. */
export interface DecoratorPlugin {
  readonly name: string;
  readonly enforce: 'pre';
  transform(code: string, id: string): Promise<{ code: string; map: string } | undefined>;
}

/** A line that begins with a decorator, or a decorator before a member of the same line. */
const MAY_HAVE_DECORATOR = /^\s*(?:export\s+)?@[\w$(]/m;
const TYPESCRIPT = /\.m?ts(?:\?|$)/;

/**
 * The plugin that compiles decorators, which vitest itself leaves as they are and no engine can run yet. Files without
 * any are left to vitest.
 *
 * @example
 * ```ts
 * // vitest.config.ts
 * import { hassette } from 'hassette/vitest';
 * import { defineConfig } from 'vitest/config';
 *
 * export default defineConfig({ plugins: [hassette()] });
 * ```
 */
export function hassette(): DecoratorPlugin {
  return {
    name: 'hassette:decorators',
    enforce: 'pre',
    async transform(code, id) {
      if (!TYPESCRIPT.test(id) || id.includes('/node_modules/') || !MAY_HAVE_DECORATOR.test(code)) return undefined;
      const { transform } = await import('esbuild');
      const compiled = await transform(code, {
        ...COMPILE_OPTIONS,
        sourcemap: 'external',
        sourcesContent: true,
        sourcefile: id,
      });
      return { code: compiled.code, map: compiled.map };
    },
  };
}

import { defineConfig } from 'vitest/config';
import { hassette } from '../src/vitest.ts';
import ClosingLineReporter from './closing-line-reporter.ts';

/** `import 'hassette'` means the sources here, and the built package for those who install it. */
const conditions = ['hassette-source', 'node', 'import', 'default'];

/** What all suites have in common. */
export function suite(
  include: readonly string[],
  options: {
    readonly testTimeout?: number;
    readonly env?: Record<string, string>;
    readonly fileParallelism?: boolean;
  } = {},
) {
  return defineConfig({
    plugins: [hassette()],
    root: new URL('..', import.meta.url).pathname,
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: [...include],
      exclude: ['node_modules/**', 'dist/**'],
      reporters: ['default', new ClosingLineReporter()],
      testTimeout: 10_000,
      ...options,
    },
  });
}

/** `npm test`: all that is quick. */
export default suite(['test/*.test.ts', 'test/!(long|real)/**/*.test.ts', 'apps/**/*.test.ts']);

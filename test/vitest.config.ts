import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  resolve: { conditions: ['hassette-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['hassette-source', 'node', 'import', 'default'] } },
  test: {
    include: ['test/**/*.test.ts', 'apps/**/*.test.ts'],
    exclude: ['test/long/**', 'test/real/**', 'node_modules/**'],
    testTimeout: 10_000,
  },
});

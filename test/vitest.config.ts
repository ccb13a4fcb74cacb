import { defineConfig } from 'vitest/config';
import { hassette } from '../src/vitest.ts';
import ClosingLineReporter from './closing-line-reporter.ts';

/** `import 'hassette'` means the sources here, and the built package for those who install it. */
const conditions = ['hassette-source', 'node'];

interface SuiteOptions {
  readonly testTimeout?: number;
  readonly env?: Record<string, string>;
  readonly fileParallelism?: boolean;
}

/** Files that run together, under the same circumstances. */
interface Project extends SuiteOptions {
  readonly name: string;
  readonly include: string[];
}

/** What all suites have in common. */
export function suite(
  include: readonly string[],
  options: SuiteOptions & { readonly projects?: readonly Project[] } = {},
) {
  const { projects, ...rest } = options;
  return defineConfig({
    plugins: [hassette()],
    root: new URL('..', import.meta.url).pathname,
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: [...include],
      exclude: ['node_modules/**', 'dist/**'],
      setupFiles: ['test/seed.ts'],
      reporters: ['default', new ClosingLineReporter()],
      // Limits for what hangs, not for what a busy machine takes.
      testTimeout: 30_000,
      hookTimeout: 30_000,
      expect: { poll: { timeout: 20_000, interval: 10 } },
      ...rest,
      ...(projects && { projects: projects.map((test) => ({ extends: true as const, test })) }),
    },
  });
}

const samples = ['apps/**/*.test.ts'];

/** The part of the contract suite that runs once more behind a network which hands bytes on in pieces. */
export const farContract: Project = {
  name: 'contract, far away',
  include: ['states', 'events', 'api', 'lifecycle', 'messages'].map((name) => `test/contract/${name}.test.ts`),
  env: { CONTRACT_NETWORK: 'far' },
};

/** The samples once more, each in a thread of its own. */
export const samplesInThreads: Project = {
  name: 'samples in threads',
  include: samples,
  env: { HASSETTE_TEST_ISOLATION: 'thread' },
};

/** `npm test`: all that is quick. What goes over sockets runs once more over a network that is not near. */
export default suite([], {
  projects: [
    { name: 'hassette', include: ['test/*.test.ts', 'test/!(long|real)/**/*.test.ts', ...samples] },
    farContract,
  ],
});

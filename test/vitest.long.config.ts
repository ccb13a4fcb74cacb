import { samplesInThreads, suite } from './vitest.config.ts';

/** `npm run test:long`: installs, containers, kills, soaks, and the samples in threads of their own. */
export default suite([], {
  projects: [{ name: 'long', include: ['test/long/**/*.test.ts'], testTimeout: 600_000 }, samplesInThreads],
});

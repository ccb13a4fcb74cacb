import { suite } from './vitest.config.ts';

/** `npm run test:long`: installs, containers, and other things that take minutes. */
export default suite(['test/long/**/*.test.ts'], { testTimeout: 600_000 });

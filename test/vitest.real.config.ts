import { suite } from './vitest.config.ts';

/** `npm run test:real`: the contract suite on a real Home Assistant. */
export default suite(['test/contract/**/*.test.ts'], {
  testTimeout: 60_000,
  fileParallelism: false,
  env: { CONTRACT_HOME: 'real' },
});

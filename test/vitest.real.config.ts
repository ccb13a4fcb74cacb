import { farContract, suite } from './vitest.config.ts';

/** `npm run test:real`: the contract suite on a real Home Assistant. */
const real = { testTimeout: 180_000, fileParallelism: false };

export default suite([], {
  ...real,
  projects: [
    { ...real, name: 'contract', include: ['test/contract/**/*.test.ts'], env: { CONTRACT_HOME: 'real' } },
    { ...real, ...farContract, env: { ...farContract.env, CONTRACT_HOME: 'real' } },
  ],
});

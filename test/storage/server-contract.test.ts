import { afterAll, describe } from 'vitest';
import {
  clearPostgres,
  isThere,
  postgresAt,
  postgresPlace,
  redisAt,
  redisPlace,
  type ServerPlace,
} from './real-servers.ts';
import { storageContract } from './storage-contract.ts';

/** One place for all tests of a server, emptied after each. */
function inOnePlace(title: string, place: ServerPlace<never>, empty: () => Promise<void>): void {
  afterAll(async () => place[Symbol.asyncDispose]());
  storageContract(title, () =>
    Promise.resolve({
      adapter: (clock) => place.adapter(clock),
      shared: true,
      lasting: true,
      [Symbol.asyncDispose]: empty,
    }),
  );
}

describe.skipIf(!(await isThere('PostgreSQL', postgresAt)))('with a PostgreSQL', () => {
  const place = postgresPlace();
  inOnePlace('the storage in PostgreSQL', place, () => clearPostgres(place.name));
});

describe.skipIf(!(await isThere('Redis', redisAt)))('with a Redis', () => {
  const place = redisPlace();
  inOnePlace('the storage in Redis', place, async () => place[Symbol.asyncDispose]());
});

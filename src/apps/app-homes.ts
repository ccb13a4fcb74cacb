import type { HomeName } from '../home-assistant/subscriptions/state-types.ts';
import type { AppHome } from './app-home.ts';
import { unknownHome } from './home-choice.ts';

/**
 * All homes by name. Before types are generated, any name is a name; `declare module 'hassette' { interface Homes … }`
 * says which there are.
 */
export type AppHomes = { readonly [Name in HomeName]: AppHome };

/** Names by which others find out what an object is: it is neither a promise nor a matcher of a test. */
const NO_HOMES: ReadonlySet<string> = new Set(['then', 'toJSON', 'asymmetricMatch', 'nodeType', 'tagName']);

/** The homes that an app can reach, each made when it is asked for. A name that is no home's is told at once. */
export function appHomes<Known>(known: ReadonlyMap<string, Known>, make: (home: Known) => AppHome): AppHomes {
  // Which names there are is the configuration's word, as the types tell it.
  const homes = {} as AppHomes;
  for (const [name, home] of known) {
    let made: AppHome | undefined;
    Object.defineProperty(homes, name, { enumerable: true, get: () => (made ??= make(home)) });
  }
  return new Proxy(Object.freeze(homes), {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || name in target || NO_HOMES.has(name)) {
        return Reflect.get(target, name, receiver);
      }
      throw unknownHome(name, Object.keys(target), {
        hint: 'Where a home may be missing from the configuration, ask first: `if ("NAME" in this.homes)`.',
      });
    },
  });
}

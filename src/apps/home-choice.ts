import { nearest } from '../kernel/nearest.ts';
import { HomeUnknown } from './app-errors.ts';

/** What says which home an app works on. */
export interface HomeChoice {
  /** The instance's name. */
  readonly app: string;
  /** What the configuration says of the instance. */
  readonly configured: string | undefined;
  /** What its class says. */
  readonly ofClass: string | undefined;
}

/**
 * The home that an app works on: the one that the configuration names, else the one that its class names, else the only
 * one there is, else the one that is called `default`.
 *
 * @throws HomeUnknown where that is none of the homes, or nothing says which of several it is.
 */
export function chooseHome({ app, configured, ofClass }: HomeChoice, homes: readonly string[]): string {
  const named = configured ?? ofClass;
  if (named !== undefined) {
    if (homes.includes(named)) return named;
    const hint =
      configured === undefined
        ? `Its class says so. Name the home so in the configuration, or say another by apps.${app}.home.`
        : `Say which by apps.${app}.home.`;
    throw unknownHome(named, homes, { hint });
  }
  const [only] = homes.length === 1 ? homes : ['default'];
  if (only !== undefined && homes.includes(only)) return only;
  throw new HomeUnknown(`Nothing says which home ${app} works on, and there are several: ${homes.join(', ')}`, {
    hint: `Say it by apps.${app}.home, or call one of the homes "default".`,
  });
}

/** There is no home of such a name; if there is one of a similar name, that is told. */
export function unknownHome(name: string, homes: readonly string[], { hint }: { readonly hint: string }): HomeUnknown {
  const meant = nearest(name, homes);
  return new HomeUnknown(`There is no home "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`, {
    hint: `Homes are ${homes.join(', ')}. ${hint}`,
  });
}

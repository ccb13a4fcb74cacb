/** Any function, whatever it takes. */
export type AnyFunction = (...args: never[]) => unknown;

/** The keys of an object type, or those of all members of a union. */
export type KeysOf<Shape> = Shape extends unknown ? Extract<keyof Shape, string> : never;

/**
 * Refuses keys that a shape does not have, also where right ones stand beside them. A type parameter that is inferred
 * from an object literal takes any key; intersected with this, the compiler points at the one that is not known.
 *
 * @example
 * ```ts
 * declare function wait<const O extends Options>(options: O & Only<O, Options>): void;
 * ```
 */
export type Only<Given, Shape> = Given extends AnyFunction | string | readonly unknown[]
  ? unknown
  : { readonly [Key in Exclude<keyof Given, KeysOf<Shape>>]: NoSuchKey<Key, Near<Key, KeysOf<Shape>>> };

/** What an unknown key would have to be, so that the compiler's message names those that are known. */
export interface NoSuchKey<Key, Known> {
  readonly noSuchKey: Key;
  readonly didYouMean: Known;
}

/** What an option would have to be that cannot stand beside another. */
export interface Contradicts<Other extends string> {
  readonly contradicts: Other;
}

/** What an option would have to be that another cannot do without. */
export interface NeededBy<Other extends string> {
  readonly neededBy: Other;
}

/** Refuses options that contradict each other; the compiler points at the second one. */
export type Consistent<Given> = Given extends AnyFunction
  ? unknown
  : Clash<Given, 'debounce', 'throttle'> &
      Clash<Given, 'once', 'throttle', true> &
      Clash<Given, 'once', 'maxPending', true> &
      Clash<Given, 'once', 'overflow', true> &
      Clash<Given, 'mode', 'maxPending', 'single' | 'restart'> &
      Clash<Given, 'mode', 'overflow', 'single' | 'restart'> &
      Clash<Given, 'for', 'every'> &
      Clash<Given, 'backfill', 'resync', true> &
      Clash<Given, 'immediate', 'from', true> &
      Clash<Given, 'immediate', 'changed', true> &
      Clash<Given, 'durable', 'debounce', true> &
      Needs<Given, 'durable', 'name', true> &
      Needs<Given, 'durable', 'for', true> &
      Needs<Given, 'onMissed', 'durable'> &
      Needs<Given, 'onInterrupted', 'durable'>;

/** The second argument of a method that subscribes: the handler, or options that are right in themselves. */
export type Checked<Given, Options> = Given & Only<Given, Options> & Consistent<Given>;

/** What follows the second argument: the handler, where the second was not. */
export type HandlerAfter<Given, Event> = Given extends AnyFunction ? [] : [handler: (event: NoInfer<Event>) => unknown];

/** Refuses the second option where the first is one of some values. */
type Clash<Given, First extends string, Second extends string, Value = {}> =
  Given extends Readonly<Record<First, Value> & Record<Second, {}>>
    ? Given[Second] extends false
      ? unknown
      : { readonly [Key in Second]: Contradicts<First> }
    : unknown;

/** Refuses the first option without the second, where the first is one of some values. */
type Needs<Given, First extends string, Second extends string, Value = {}> =
  Given extends Readonly<Record<First, Value>>
    ? Given extends Readonly<Record<Second, {}>>
      ? unknown
      : { readonly [Key in Second]: NeededBy<First> }
    : unknown;

/** Known keys that begin as the given one does, or all of them. */
type Near<Key, Known extends string> = Key extends `${infer First}${string}`
  ? [Extract<Known, `${First}${string}`>] extends [never]
    ? Known
    : Extract<Known, `${First}${string}`>
  : Known;

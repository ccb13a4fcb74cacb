/** What the two ends of a blocking worker say to each other. */
export interface BlockingRequest {
  readonly id: number;
  /** An expression whose value is the function. */
  readonly source: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

export type BlockingReply =
  | { readonly id: number; readonly kind: 'done'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly thrown: Thrown };

/** Something thrown, in a shape that survives the way between threads, which drops what an error has of its own. */
export type Thrown =
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly cause: Thrown | undefined;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'value'; readonly value: unknown };

const BUILT_IN = new Map<string, ErrorConstructor>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((made) => [made.name, made]),
);

/** Packs what was thrown. Whatever of it cannot be sent is left out or told in words. */
export function packThrown(thrown: unknown): Thrown {
  if (!(thrown instanceof Error)) return { kind: 'value', value: canBeSent(thrown) ? thrown : String(thrown) };
  const fields = Object.entries(thrown).filter(([key, value]) => key !== 'name' && canBeSent(value));
  return {
    kind: 'error',
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    cause: thrown.cause === undefined ? undefined : packThrown(thrown.cause),
    fields: Object.fromEntries(fields),
  };
}

/** Makes an error of what was packed: of the same name, message, stack, cause and fields. */
export function unpackThrown(thrown: Thrown): unknown {
  if (thrown.kind === 'value') return thrown.value;
  const made = BUILT_IN.get(thrown.name) ?? Error;
  const error = new made(
    thrown.message,
    thrown.cause === undefined ? undefined : { cause: unpackThrown(thrown.cause) },
  );
  if (error.name !== thrown.name)
    Object.defineProperty(error, 'name', { value: thrown.name, configurable: true, writable: true });
  if (thrown.stack !== undefined) error.stack = thrown.stack;
  return Object.assign(error, thrown.fields);
}

function canBeSent(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

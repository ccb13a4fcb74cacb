import { InvalidArgument } from '../kernel/errors.ts';
import type { App } from './app.ts';

/** An app of whatever configuration. */
export type AnyApp = App<unknown>;

/** A value, or what gives it when the app starts: most are in the app's configuration. */
export type OfApp<Value, Owner extends AnyApp> = Value | ((app: Owner) => Value);

type Method<This, Event> = (this: This, event: Event) => unknown;

/** A standard decorator of a method that handles an event, or a run of a job. */
export type AppMethodDecorator<Owner extends AnyApp, Event> = <This extends Owner>(
  method: Method<This, Event>,
  context: ClassMethodDecoratorContext<This, Method<This, Event>>,
) => void;

/** The decorated methods of an app, registered so that another copy of Hassette finds them too. */
const decorations: unique symbol = Symbol.for('hassette.app.decorations');

interface Decoration {
  readonly method: string | symbol;
  /** Stands for the class that it was written in. */
  readonly writtenIn: object | undefined;
  register(app: object): void;
}

/** `bus` or `scheduler`, as far as a decorator knows it. */
type Door = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/**
 * Makes the decorator that, when an app starts, calls a method of its bus or scheduler with the decorated method as the
 * handler. Arguments that are functions are called with the app first.
 */
export function decorate<Owner extends AnyApp, Event>(
  member: 'bus' | 'scheduler',
  door: string,
  args: readonly unknown[],
  options: object | undefined,
): AppMethodDecorator<Owner, Event> {
  return (_method, context) => {
    if (context.kind !== 'method' || context.static) {
      throw new InvalidArgument(
        `@${door} stands before ${context.static ? 'static ' : ''}${context.kind} "${String(context.name)}"`,
        {
          hint: 'It is for methods of an app.',
        },
      );
    }
    const { name, access, metadata } = context;
    const register = (app: object): void => {
      // Whoever decorates a method of something that is no app has overridden the compiler.
      const doors: Door = Reflect.get(app, member) as Door;
      // Looked up when it is called, so that what overrides it in a class below is called.
      const handler = (event: unknown): unknown => Reflect.apply(access.get(app as never), app, [event]);
      const given = args.map((arg): unknown =>
        typeof arg === 'function' ? Reflect.apply(arg, undefined, [app]) : arg,
      );
      doors[door]?.(...given, { name: String(name), ...options }, handler);
    };
    context.addInitializer(function addDecoration() {
      decorationsOf(this).push({ method: name, writtenIn: metadata, register });
    });
  };
}

/**
 * Registers what the decorators of an app's class, and of the classes above it, say. A method that is overridden and
 * decorated anew has its new decorators alone.
 */
export function registerDecorated(app: object): void {
  const all = decorationsOf(app);
  const lastWrittenIn = new Map(all.map(({ method, writtenIn }) => [method, writtenIn]));
  for (const decoration of all) {
    if (decoration.writtenIn === lastWrittenIn.get(decoration.method)) decoration.register(app);
  }
}

function decorationsOf(app: object): Decoration[] {
  const present: unknown = Reflect.get(app, decorations);
  // Nobody else writes under this symbol.
  if (Array.isArray(present)) return present as Decoration[];
  const none: Decoration[] = [];
  Object.defineProperty(app, decorations, { value: none });
  return none;
}

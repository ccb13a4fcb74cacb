import { HassetteError } from './errors.ts';

/** Things that are to start after one another depend on each other in a circle. */
export class DependencyCycle extends HassetteError {
  readonly code = 'DEPENDENCY_CYCLE';
  readonly audience = 'hassette';
  /** The names along the circle; the last is the first again. */
  readonly path: readonly string[];

  constructor(path: readonly string[]) {
    super(`Cannot start what depends on itself: ${path.join(' -> ')}`, {
      hint: 'Let one of them do without the next, or have it ask for what it needs later.',
    });
    this.path = path;
  }
}

/**
 * Puts things in an order in which all that a thing depends on stands in an earlier wave; those of one wave may go
 * together. Within a wave the given order is kept. Dependencies that are not among the things are left out.
 *
 * @throws DependencyCycle with the whole path.
 */
export function dependencyWaves<T>(
  things: readonly T[],
  dependenciesOf: (thing: T) => Iterable<T>,
  nameOf: (thing: T) => string,
): readonly (readonly T[])[] {
  const known = new Set(things);
  const waveOf = new Map<T, number>();
  const path: T[] = [];

  const visit = (thing: T): number => {
    const done = waveOf.get(thing);
    if (done !== undefined) return done;
    const before = path.indexOf(thing);
    if (before >= 0) throw new DependencyCycle([...path.slice(before), thing].map(nameOf));
    path.push(thing);
    let wave = 0;
    for (const dependency of dependenciesOf(thing)) {
      if (known.has(dependency)) wave = Math.max(wave, visit(dependency) + 1);
    }
    path.pop();
    waveOf.set(thing, wave);
    return wave;
  };

  const waves: T[][] = [];
  for (const thing of things) (waves[visit(thing)] ??= []).push(thing);
  return waves;
}

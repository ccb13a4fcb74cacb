import { InvalidArgument } from '../../kernel/errors.ts';

export type Side = 'above' | 'below';

export interface ThresholdOptions {
  /** By how much a number has to come back over the limit before that counts. @defaultValue 0 */
  readonly hysteresis?: number | undefined;
}

/** A limit that a number is above or below, and stays so until it has come back by a certain amount. */
export class Threshold {
  readonly words: string;
  readonly #side: Side;
  readonly #limit: number;
  readonly #hysteresis: number;

  /** @throws InvalidArgument where the limit or the hysteresis is no number for one. */
  constructor(side: Side, limit: number, options: ThresholdOptions = {}) {
    const { hysteresis = 0 } = options;
    if (typeof limit !== 'number' || !Number.isFinite(limit)) {
      throw new InvalidArgument(`states.${side} was given the limit ${String(limit)}, which is no finite number`);
    }
    if (typeof hysteresis !== 'number' || !Number.isFinite(hysteresis) || hysteresis < 0) {
      throw new InvalidArgument(`states.${side} was given the hysteresis ${String(hysteresis)}`, {
        hint: 'It is how far the number has to come back over the limit: a finite number, 0 or more.',
      });
    }
    this.#side = side;
    this.#limit = limit;
    this.#hysteresis = hysteresis;
    this.words = `is ${side} ${limit}${hysteresis === 0 ? '' : ` (hysteresis ${hysteresis})`}`;
  }

  /** Whether what it gave last makes a difference. */
  get latches(): boolean {
    return this.#hysteresis > 0;
  }

  /**
   * Whether it holds; undefined where there is no number.
   *
   * @param held - Whether it did when it was asked last.
   */
  holds(number: number | undefined, held: boolean): boolean | undefined {
    if (number === undefined) return undefined;
    const beyond = this.#side === 'above' ? number - this.#limit : this.#limit - number;
    return held && this.latches ? beyond > -this.#hysteresis : beyond > 0;
  }
}

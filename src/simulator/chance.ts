/** Numbers from 0 up to, and without, 1. */
export type Chance = () => number;

/** The same seed gives the same numbers, so that a simulated home can be lived through twice. (mulberry32) */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An id as Home Assistant gives to users and to runs of scripts. */
export function hexId(chance: Chance): string {
  let id = '';
  for (let part = 0; part < 8; part++)
    id += Math.floor(chance() * 0x1_0000)
      .toString(16)
      .padStart(4, '0');
  return id;
}

/** An id as items of lists and events of calendars have. */
export function uuid(chance: Chance): string {
  return hexId(chance).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const pairs = Array.from(digits, (first) => Array.from(digits, (second) => first + second)).flat();

/** Makes ULIDs: ten digits of time, sixteen of chance. A storm of changes needs one for each. */
export class Ulids {
  readonly #chance: Chance;
  #epochMs = Number.NaN;
  #time = '';

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  next(epochMs: number): string {
    if (epochMs !== this.#epochMs) {
      this.#epochMs = epochMs;
      this.#time = timeDigits(epochMs);
    }
    return this.#time + this.#four() + this.#four() + this.#four() + this.#four();
  }

  #four(): string {
    const bits = Math.floor(this.#chance() * 0x10_0000);
    return `${pairs[bits >>> 10]}${pairs[bits & 1023]}`;
  }
}

function timeDigits(epochMs: number): string {
  let time = '';
  for (let rest = Math.floor(epochMs), digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) {
    time = digits.charAt(rest % 32) + time;
  }
  return time;
}

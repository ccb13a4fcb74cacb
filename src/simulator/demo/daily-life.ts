import type { Chance } from '../chance.ts';
import type { Person, Room } from './demo-entities.ts';

/** Where somebody is: in a room, or out. */
export type Place = Room | 'out';

interface Stay {
  /** Minutes since midnight. */
  readonly fromMin: number;
  readonly place: Place;
}

type Routine = readonly (readonly [time: string, place: Place])[];

/** Anna works in town; Ben works at home, and is out for a while in the morning and at noon. */
const weekday: Readonly<Record<Person, Routine>> = {
  anna: [
    ['00:00', 'bedroom'],
    ['06:45', 'bathroom'],
    ['07:05', 'kitchen'],
    ['07:50', 'living_room'],
    ['08:20', 'hallway'],
    ['08:22', 'out'],
    ['17:30', 'hallway'],
    ['17:34', 'kitchen'],
    ['18:40', 'living_room'],
    ['22:20', 'bathroom'],
    ['22:45', 'bedroom'],
  ],
  ben: [
    ['00:00', 'bedroom'],
    ['07:15', 'bathroom'],
    ['07:35', 'kitchen'],
    ['08:10', 'study'],
    ['08:46', 'kitchen'],
    ['08:49', 'hallway'],
    ['08:51', 'out'],
    ['09:25', 'hallway'],
    ['09:28', 'study'],
    ['12:10', 'kitchen'],
    ['12:35', 'hallway'],
    ['12:38', 'out'],
    ['13:15', 'hallway'],
    ['13:18', 'study'],
    ['17:10', 'kitchen'],
    ['18:45', 'living_room'],
    ['22:50', 'bathroom'],
    ['23:10', 'bedroom'],
  ],
};

const weekend: Readonly<Record<Person, Routine>> = {
  anna: [
    ['00:00', 'bedroom'],
    ['08:40', 'bathroom'],
    ['09:05', 'kitchen'],
    ['10:10', 'living_room'],
    ['11:00', 'hallway'],
    ['11:03', 'out'],
    ['14:30', 'hallway'],
    ['14:33', 'living_room'],
    ['18:00', 'kitchen'],
    ['19:20', 'living_room'],
    ['23:10', 'bathroom'],
    ['23:30', 'bedroom'],
  ],
  ben: [
    ['00:00', 'bedroom'],
    ['09:00', 'kitchen'],
    ['10:00', 'bathroom'],
    ['10:30', 'study'],
    ['12:30', 'kitchen'],
    ['13:30', 'hallway'],
    ['13:34', 'out'],
    ['16:00', 'hallway'],
    ['16:04', 'living_room'],
    ['23:20', 'bedroom'],
  ],
};

/** No two days are alike, but nobody is more than so much earlier or later than usual. */
const JITTER_MIN = 2;

/** One person's day. */
export class Day {
  readonly #stays: readonly Stay[];

  /** @param dayOfWeek - 1 for Monday. */
  constructor(person: Person, dayOfWeek: number, chance: Chance) {
    const routine = (dayOfWeek >= 6 ? weekend : weekday)[person];
    const shiftMin = (chance() - 0.5) * 2 * JITTER_MIN;
    this.#stays = routine.map(([time, place], index) => ({
      fromMin: index === 0 ? 0 : minutesOf(time) + shiftMin,
      place,
    }));
  }

  /** Where the person is at a time of that day. */
  placeAt(minuteOfDay: number): Place {
    return this.#stays.findLast(({ fromMin }) => fromMin <= minuteOfDay)?.place ?? 'bedroom';
  }

  /** Whether the person passed through a door between two times of that day, outwards or inwards. */
  passesDoor(afterMin: number, untilMin: number): boolean {
    return this.#stays.some(({ fromMin, place }, index) => {
      const before = this.#stays[index - 1]?.place;
      return (
        fromMin > afterMin && fromMin <= untilMin && before !== undefined && (place === 'out') !== (before === 'out')
      );
    });
  }
}

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

import { InvalidArgument } from '../kernel/errors.ts';
import { type Explanation, explain } from '../scheduler/explanation.ts';
import { readPhrase } from '../scheduler/phrase-reader.ts';
import { ByPhrase } from '../scheduler/phrase-trigger.ts';
import { ZoneTimeline } from '../scheduler/zone-timeline.ts';

/** Where and from when on words are explained. */
export interface ScheduleSurroundings {
  readonly nowMs: number;
  readonly timeZone: string;
  /** For the sun; undefined where nobody said. */
  readonly place: { readonly latitude: number; readonly longitude: number } | undefined;
  readonly count: number;
}

/**
 * What plain words mean to a home.
 *
 * @throws InvalidArgument if they are not understood, never come, or speak of the sun of no place.
 */
export function explainSchedule(words: string, { nowMs, timeZone, place, count }: ScheduleSurroundings): Explanation {
  const trigger = new ByPhrase(readPhrase(words), {
    dst: {},
    place: () => {
      if (place !== undefined) return { ...place, elevationM: 0 };
      throw new InvalidArgument('Where the sun is meant to be seen from was not said', {
        hint: 'Give the latitude and longitude of the home: --at 52.52,13.405',
      });
    },
  });
  const explanation = explain(trigger, nowMs, new ZoneTimeline(timeZone), count);
  if (explanation.next.length > 0) return explanation;
  throw new InvalidArgument(`The time of "${words}" never comes`, { hint: 'Look at its days and months.' });
}

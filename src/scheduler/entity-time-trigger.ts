import { formatDuration } from '../kernel/duration.ts';
import type { SaidValue } from './home-times.ts';
import { readSaidTime, type SaidTime } from './said-time.ts';
import { AtLocal, Daily, type Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

export interface EntityTimeOptions {
  readonly source: SaidValue;
  /** What it is the time of, for people. */
  readonly what: string;
  readonly offsetMs: number;
  /** Told of what the home says that is no time, once for each such value. */
  readonly onUnreadable: (value: unknown) => void;
}

/** At the time that an entity says, whichever that is at present. */
export class AtEntityTime implements Trigger {
  readonly basis = 'local';
  readonly #options: EntityTimeOptions;
  #told: unknown;

  constructor(options: EntityTimeOptions) {
    this.#options = options;
  }

  readonly follow = (onChange: () => void): Disposable => {
    let before = this.#options.source.read();
    return this.#options.source.follow(() => {
      // Most updates of an entity leave its time as it is.
      const now = this.#options.source.read();
      if (now === before) return;
      before = now;
      onChange();
    });
  };

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    const said = this.#read();
    if (said === undefined) return undefined;
    const { offsetMs } = this.#options;
    const nextMs = triggerOf(said, afterMs - offsetMs, zone);
    return nextMs === undefined ? undefined : nextMs + offsetMs;
  }

  describe(): string {
    const { offsetMs, what } = this.#options;
    const shift = offsetMs === 0 ? 'at' : `${formatDuration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'before' : 'after'}`;
    return `${shift} the time of ${what}`;
  }

  #read(): SaidTime | undefined {
    const value = this.#options.source.read();
    const said = readSaidTime(value);
    if (said === 'none') return undefined;
    if (said === undefined && value !== this.#told) {
      this.#told = value;
      this.#options.onUnreadable(value);
    }
    return said;
  }
}

function triggerOf(said: SaidTime, afterMs: number, zone: ZoneTimeline): number | undefined {
  if (said.kind === 'instant') return said.epochMs > afterMs ? said.epochMs : undefined;
  return (said.kind === 'local' ? new AtLocal(said.date) : new Daily(said.time)).next(afterMs, zone);
}

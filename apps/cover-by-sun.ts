import { App, duration, entityId, timeOfDay, z } from 'hassette';

const OPEN = 100;
const CLOSED = 0;
/** Covers do not stop to the percent. */
const NEAR = 3;

const SunTime = z.object({
  /** So long after; before, if it is negative. */
  offset: duration().default('0s'),
  /** No earlier and no later than these. */
  clamp: z.tuple([timeOfDay(), timeOfDay()]),
});

const Config = z.object({
  /** Those of one side of the house. */
  covers: z.array(entityId('cover')).min(1),
  opens: SunTime.default({ offset: '0s', clamp: ['07:00', '09:00'] }),
  closes: SunTime.default({ offset: '30m', clamp: ['16:00', '23:00'] }),
  /** Where the sun stands when it shines into these windows, in degrees from north and above the horizon. */
  shine: z
    .object({
      azimuth: z.tuple([z.number().min(0).max(360), z.number().min(0).max(360)]),
      elevation: z.number().min(-5).max(90).default(10),
    })
    .optional(),
  /** The position while it does, in percent open. */
  shade: z.number().int().min(0).max(100).default(30),
  /** Shades only while it is as bright as this. */
  bright: z.object({ sensor: entityId('sensor'), aboveLux: z.number().positive() }).optional(),
  storm: z
    .object({
      wind: entityId('sensor'),
      above: z.number().positive(),
      /** How long the wind must have been well below that. */
      calmFor: duration().default('15m'),
      position: z.number().int().min(0).max(100).default(OPEN),
    })
    .optional(),
  /** What the longest way takes. */
  travel: duration().default('2m'),
  /** A cover that somebody has moved is left alone until this time. */
  leftUntil: timeOfDay().default('04:00'),
});

/**
 * Opens covers in the morning, closes them in the evening, and shades the windows that the sun shines into.
 *
 * Met: where things stand is asked every few minutes and not waited for, so a start at noon finds its way, and nothing
 * hangs on a value that the sun passes by; a sun that does not rise or set, and days on which the clocks change, by the
 * clamps; brightness and wind that waver; a storm before all else; what somebody has moved stays until the next morning,
 * and what is still on its way is no hand's doing; a cover that is unavailable is set when it is back, and one that has
 * not got there is sent once more.
 *
 * Not yet: after a storm the sun decides, also where somebody had moved a cover before it.
 */
export class CoverBySun extends App.with(Config) {
  readonly #opens = this.scheduler.runSun('sunrise', { ...this.config.opens, name: 'opens' }, () => this.settle());
  readonly #closes = this.scheduler.runSun('sunset', { ...this.config.closes, name: 'closes' }, () => this.settle());

  readonly #storm = this.whenever(
    () => {
      const { storm } = this.config;
      return storm !== undefined && this.states.above(storm.wind, storm.above, { hysteresis: storm.above / 5 });
    },
    {
      name: 'storm',
      hold: { exit: this.config.storm?.calmFor },
      enter: () => this.settle(),
      exit: () => this.settle(),
    },
  );

  readonly #bright = this.whenever(
    () => {
      const { bright } = this.config;
      return (
        bright === undefined || this.states.above(bright.sensor, bright.aboveLux, { hysteresis: bright.aboveLux / 4 })
      );
    },
    { name: 'bright', hold: '5m' },
  );

  /** Where each was sent last, and whether for the second time. */
  readonly #sent = new Map<
    string,
    { readonly to: number; readonly at: Temporal.ZonedDateTime; readonly again: boolean }
  >();

  override async onInitialize() {
    this.scheduler.runEvery('5m', { name: 'look' }, () => this.settle());
    this.bus.onAvailable(this.config.covers, { name: 'back' }, () => this.settle());
    await this.settle();
  }

  /** Where the covers should be now. */
  position(): number {
    const { storm, shade } = this.config;
    if (storm && this.#storm.phase === 'on') return storm.position;
    if (!this.#isDay()) return CLOSED;
    return this.#shines() && this.#bright.phase !== 'off' ? shade : OPEN;
  }

  /** By what comes first: also where a clamp decides, or the sun stays up for weeks. */
  #isDay(): boolean {
    const [opens, closes] = [this.#opens.nextRun, this.#closes.nextRun];
    return opens !== undefined && closes !== undefined && Temporal.ZonedDateTime.compare(closes, opens) < 0;
  }

  #shines(): boolean {
    const { shine } = this.config;
    if (!shine) return false;
    const [from, to] = shine.azimuth;
    const { azimuth, elevation } = this.sun;
    const faces = from <= to ? azimuth >= from && azimuth <= to : azimuth >= from || azimuth <= to;
    return faces && elevation >= shine.elevation;
  }

  private async settle() {
    const position = this.position();
    await Promise.all(this.config.covers.map((cover) => this.move(cover, position)));
  }

  private async move(cover: Cover, to: number) {
    const handle = this.entity(cover);
    const taken = handle.override();
    if (!handle.available || (taken && this.#isOfToday(taken.at) && this.#storm.phase !== 'on')) return;
    const last = this.#sent.get(cover);
    const again = last?.to === to && !taken;
    if (again && (last.again || this.#isAt(cover, to) || this.#isNew(last.at))) return;
    this.#sent.set(cover, { to, again, at: this.clock.now() });
    if (again) this.logger.warn(`${cover} has not got to ${to} %: sent once more`);
    else this.logger.info(`${cover} goes to ${to} %`);
    if (to === OPEN) await handle.openCover();
    else if (to === CLOSED) await handle.closeCover();
    else await handle.setCoverPosition({ position: to });
  }

  #isNew(at: Temporal.ZonedDateTime): boolean {
    return Temporal.ZonedDateTime.compare(at, this.clock.ago(this.config.travel)) > 0;
  }

  #isAt(cover: Cover, to: number): boolean {
    const { current_position: position } = this.entity(cover).attributes;
    if (typeof position === 'number') return Math.abs(position - to) <= NEAR;
    return this.states.is(cover, to === CLOSED ? 'closed' : 'open');
  }

  /** The day begins when what somebody has moved is forgotten. */
  #isOfToday(at: Temporal.Instant): boolean {
    const now = this.clock.now();
    const began = now.withPlainTime(this.config.leftUntil);
    const since = Temporal.ZonedDateTime.compare(began, now) > 0 ? began.subtract({ days: 1 }) : began;
    return Temporal.Instant.compare(at, since.toInstant()) >= 0;
  }
}

type Cover = z.output<typeof Config>['covers'][number];

import { App, duration, entityId, z } from 'hassette';

const Config = z.object({
  /** The house's mode, as `Presence` keeps it. */
  mode: entityId('input_select'),
  away: z.string().default('away'),
  /** How long the house must have been left. */
  goneFor: duration().default('10m'),
  lights: z.array(entityId('light', 'switch')).min(1),
  /** Whole weeks keep the days of the week. */
  daysAgo: z.number().int().min(1).default(7),
  /** Each light is late by some of this, another part of it each day. */
  jitterMinutes: z.number().min(0).default(10),
  /** The same seed is late by the same. */
  seed: z.number().int().default(1),
  /** Tells in the log what it would do, and does nothing. */
  dryRun: z.boolean().default(false),
});

type Light = z.output<typeof Config>['lights'][number];

/**
 * Lives the evenings of last week again while nobody is at home: lights go on and off as they did then, while it is dark.
 *
 * Met: a restart of the daemon or of Home Assistant in the middle, and a holiday of any length: it asks each minute how
 * it was then, and waits for nothing; the clock on the wall counts, so that a change of the clocks moves nothing; gaps in
 * the history, and lights that it does not have, leave things as they are; only what it has turned on itself is turned
 * off, so that a light that somebody has left on, or turns off from afar, stays so; on the return, also one that it did
 * not see, all is as it was.
 *
 * Not yet: brightness and colour.
 */
export class PresenceSimulation extends App.with(Config) {
  /** The lights that it has turned on, and nobody else. */
  readonly lit = this.store.value('lit', z.array(z.string()).default([]));

  readonly gone = this.whenever(() => this.states.is(this.config.mode, this.config.away), {
    hold: { enter: this.config.goneFor },
    enter: () => this.begin(),
    exit: () => this.restore(),
  });

  override onInitialize() {
    this.scheduler.runEvery('1m', { name: 'replay', where: () => this.#isPlaying && this.home.ready }, () =>
      this.replay(),
    );
  }

  private async begin() {
    const { lights, daysAgo } = this.config;
    this.logger.info(`nobody is in: the lights do as they did ${daysAgo} days ago`);
    const past = await this.past();
    const unknown = lights.filter((light) => !past.has(light));
    if (unknown.length > 0) this.logger.warn(`there is no history of ${unknown.join(', ')}; left alone as long`);
  }

  private async replay() {
    const past = this.sun.isUp() ? undefined : await this.past();
    const ours = await this.lit.get();
    for (const light of this.config.lights) {
      const wanted = past === undefined ? 'off' : past.get(light);
      if (wanted === 'on' && !ours.includes(light) && this.states.is(light, 'off')) {
        await this.lit.update((lit) => [...lit, light]);
        // Somebody may have come home while that was written.
        if (this.#isPlaying) await this.turn(light, 'on');
      } else if (wanted === 'off' && ours.includes(light) && this.entity(light).available) {
        await this.turn(light, 'off');
        await this.lit.update((lit) => lit.filter((each) => each !== light));
      }
    }
  }

  /** What each light was at this time of that day, as far as it is known, and each late by its part of the jitter. */
  private async past(): Promise<ReadonlyMap<string, string>> {
    const { lights, daysAgo, jitterMinutes, seed } = this.config;
    const then = this.clock.now().subtract({ days: daysAgo });
    const day = then.toPlainDate().toString();
    const past = new Map<string, string>();
    const span = { since: then.subtract({ seconds: jitterMinutes * 60 + 60 }), until: then };
    for await (const { entityId: light, state, available, at } of this.api.history(lights, span)) {
      const late = Math.round(jitterMinutes * 60 * chanceOf(`${seed} ${light} ${day}`));
      if (Temporal.Instant.compare(at, then.subtract({ seconds: late }).toInstant()) > 0) continue;
      if (available && state !== null) past.set(light, state);
      else past.delete(light);
    }
    return past;
  }

  private async restore() {
    const ours = await this.lit.get();
    for (const light of this.config.lights) if (ours.includes(light)) await this.turn(light, 'off');
    await this.lit.set([]);
  }

  private async turn(light: Light, state: 'on' | 'off') {
    const { dryRun } = this.config;
    this.logger.info(`${dryRun ? 'would turn' : 'turning'} ${light} ${state}`);
    if (dryRun || this.states.is(light, state)) return;
    await (state === 'on' ? this.entity(light).turnOn() : this.entity(light).turnOff());
  }

  get #isPlaying() {
    return this.gone.phase === 'on';
  }
}

/** From 0 up to 1, by chance, and always the same for the same words. */
function chanceOf(words: string): number {
  let hash = 2_166_136_261;
  for (const letter of `${words}.`) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0) / 2 ** 32;
}

import { App, Cancelled, duration, entityId, not, type StateChangeEvent, z } from 'hassette';

const Light = z.object({ brightness: z.number().int().min(1).max(100), kelvin: z.number().int().positive() });

const Config = z.object({
  /** Lamps, or groups of them: of a group each lamp is set by itself, once. */
  lights: z.array(entityId('light')).min(1),
  night: Light.default({ brightness: 35, kelvin: 2200 }),
  day: Light.default({ brightness: 100, kelvin: 5000 }),
  /** It is night up to the first height of the sun and day from the second on, in degrees; between them it glides. */
  sun: z
    .tuple([z.number(), z.number()])
    .refine(([night, day]) => night < day, 'the sun has to be higher by day')
    .default([-6, 20]),
  /** While this is on, light is as `asleep` says. */
  sleep: entityId('input_boolean').optional(),
  asleep: Light.default({ brightness: 2, kelvin: 2000 }),
  every: duration().default('1m'),
  /** In seconds. A lamp that is turned on is right at once. */
  transition: z.number().min(0).max(60).default(20),
});

const Color = z.union([
  z.object({ color_temp_kelvin: z.number() }),
  z.object({ hs_color: z.tuple([z.number(), z.number()]) }),
]);

/** What a lamp shows, or should: its brightness, of 255, and its colour as it is called for. */
const Setting = z.object({ brightness: z.number().optional(), color: Color.optional() });

type Setting = z.output<typeof Setting>;
type Lamp = `light.${string}`;
type LampState = { readonly attributes: Readonly<Record<string, unknown>> };

/** Everything that happens to a lamp, one by one. */
const ALL = { every: true, availability: 'raw', maxPending: 1000, name: 'lamps' } as const;

/**
 * Keeps lamps that are on as bright and as warm as the time of day wants it.
 *
 * Met: a lamp that is turned on is right at once, and so is one that is back after a power cut; what somebody sets stays
 * until the lamp is turned off, brightness and colour apart, over restarts of the daemon and of Home Assistant; the many
 * states of its own transitions are nobody's choice; each lamp is asked for what it can do; a lamp is set once, however
 * many groups it is in; only what differs is sent, to one lamp after another.
 *
 * Not yet: a lamp that is turned on shows what it had before until it is set: to one that is off nothing can be sent.
 */
export class AdaptiveLighting extends App.with(Config) {
  /** What somebody has chosen, by lamp. */
  readonly chosen = this.store.map('chosen', Setting);
  /** What calls of others have named, by their contexts. */
  readonly #named = new Map<string, string>();

  override async onInitialize() {
    const { every, sleep } = this.config;
    this.bus.onCallService('light.turn_on', { cause: not('self'), name: 'called' }, ({ data, context }) => {
      this.#named.set(context.id, Object.keys(data).join());
      for (const oldest of this.#named.keys()) if (this.#named.size > 50) this.#named.delete(oldest);
    });
    const isOurs = ({ entityId: lamp }: { readonly entityId: Lamp }) => this.lamps().has(lamp);
    this.bus.onStateChange({ domain: 'light' }, { ...ALL, where: isOurs }, (event) => this.changed(event));
    if (sleep) this.bus.onStateChange(sleep, { name: 'sleep' }, () => this.adaptAll());
    this.scheduler.runEvery(every, { name: 'adapt', where: () => this.home.ready }, () => this.adaptAll());
    await this.catchUp();
    await this.adaptAll();
  }

  /** The lamps themselves, without the groups. */
  lamps(): ReadonlySet<Lamp> {
    return new Set(
      this.config.lights.flatMap((light) => {
        const { entity_id: members } = this.entity(light).attributes;
        return Array.isArray(members) ? members.filter((id): id is Lamp => String(id).startsWith('light.')) : [light];
      }),
    );
  }

  /** The light of this moment. */
  light(): z.output<typeof Light> {
    const { night, day, sleep, asleep, sun } = this.config;
    if (sleep && this.states.is(sleep, 'on')) return asleep;
    const share = Math.min(1, Math.max(0, (this.sun.elevation - sun[0]) / (sun[1] - sun[0])));
    const between = (low: number, high: number) => Math.round(low + (high - low) * share);
    return { brightness: between(night.brightness, day.brightness), kelvin: between(night.kelvin, day.kelvin) };
  }

  private async changed({ entityId: lamp, from, to, cause, context }: StateChangeEvent<Lamp, typeof ALL>) {
    if (to?.state === 'off') await this.chosen.delete(lamp);
    if (to?.state !== 'on') return;
    const wasOn = from?.state === 'on';
    if (['user', 'automation', 'device'].includes(cause.kind)) {
      const [before, after] = [shownBy(from ?? to), shownBy(to)];
      // Who turns a lamp on has chosen only what they named.
      const named = this.#named.get(context.id) ?? '';
      const brightness = wasOn ? !isSameBrightness(before, after) : named.includes('brightness');
      const color = wasOn ? !isSameColor(before, after) : /color|kelvin|white/.test(named);
      const chosen = { ...(brightness && { brightness: after.brightness }), ...(color && { color: after.color }) };
      if (brightness || color) await this.chosen.update(lamp, (known) => ({ ...known, ...chosen }));
    }
    if (!wasOn) await this.adapt(lamp, { anew: true });
  }

  /** What was dimmed or coloured while the app was off has been chosen too. */
  private async catchUp() {
    for (const lamp of this.lamps()) {
      const to = this.entity(lamp).override()?.change.to;
      if (this.states.is(lamp, 'off')) await this.chosen.delete(lamp);
      else if (to?.state === 'on' && Temporal.Instant.compare(to.lastChanged, to.lastUpdated) < 0)
        await this.chosen.set(lamp, shownBy(to));
    }
  }

  private async adaptAll() {
    for (const lamp of this.lamps()) {
      try {
        await this.adapt(lamp);
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        this.logger.warn({ err: error }, `${lamp} could not be set`);
      }
    }
  }

  /** Sends what differs. What somebody has chosen is sent only to a lamp that may have forgotten it. */
  private async adapt(lamp: Lamp, { anew = false } = {}) {
    const chosen = (await this.chosen.get(lamp)) ?? {};
    const state = this.states.get(lamp);
    if (state?.state !== 'on') return;
    const shown = shownBy(state);
    const wanted = { ...possible(this.light(), state), ...chosen };
    const brightness = (anew || chosen.brightness === undefined) && !isSameBrightness(shown, wanted);
    const color = (anew || chosen.color === undefined) && !isSameColor(shown, wanted);
    if (!brightness && !color) return;
    await this.entity(lamp).turnOn({
      ...(brightness && { brightness: wanted.brightness }),
      ...(color && wanted.color),
      transition: anew ? 0 : this.config.transition,
    });
  }
}

function shownBy({ attributes }: LampState): Setting {
  const { brightness, color_mode: mode, color_temp_kelvin, hs_color } = attributes;
  const color = Color.safeParse(mode === 'color_temp' ? { color_temp_kelvin } : { hs_color });
  return { ...(typeof brightness === 'number' && { brightness }), ...(color.success && { color: color.data }) };
}

/** A light as far as a lamp can show it. */
function possible({ brightness, kelvin }: z.output<typeof Light>, { attributes }: LampState): Setting {
  const modes = Array.isArray(attributes['supported_color_modes']) ? attributes['supported_color_modes'] : [];
  const { min_color_temp_kelvin: warmest = 2000, max_color_temp_kelvin: coldest = 6500 } = attributes;
  const nearest = Math.min(Math.max(kelvin, Number(warmest)), Number(coldest));
  return {
    ...(modes.some((mode) => mode !== 'onoff') && { brightness: Math.max(1, Math.round(brightness * 2.55)) }),
    ...(modes.includes('color_temp') && { color: { color_temp_kelvin: nearest } }),
  };
}

/** To what devices round to. What a lamp does not say is no difference. */
function isSameBrightness({ brightness: a }: Setting, { brightness: b }: Setting): boolean {
  return a === undefined || b === undefined || Math.abs(a - b) <= 3;
}

function isSameColor({ color: a }: Setting, { color: b }: Setting): boolean {
  if (a === undefined || b === undefined) return true;
  if (!('color_temp_kelvin' in a && 'color_temp_kelvin' in b)) return JSON.stringify(a) === JSON.stringify(b);
  return Math.abs(a.color_temp_kelvin - b.color_temp_kelvin) <= 60;
}

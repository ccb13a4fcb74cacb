import { type EntityState, isAvailable, lastUpdatedMs, peekAttribute } from '../states/entity-state.ts';
import type { CallData } from './own-call.ts';

/** A call on an entity, as far as echoes of it go. */
export interface Write {
  readonly service: string;
  readonly data: CallData;
  /** On the home's clock. */
  readonly atMs: number;
}

/** Integrations that ask their devices now and then report a change as late as this. */
const LATE_MS = 300_000;
/** What a device may take to report, beyond the time of a transition, that it has got where it was to go. */
const SETTLING_MS = 10_000;

/** What the state becomes by a service, where there is no doubt. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  turn_off: ['off'],
  lock: ['locking', 'locked'],
  unlock: ['unlocking', 'unlocked'],
  open: ['opening', 'open'],
  open_cover: ['opening', 'open'],
  open_valve: ['opening', 'open'],
  close_cover: ['closing', 'closed'],
  close_valve: ['closing', 'closed'],
  media_pause: ['paused'],
  media_play: ['playing', 'buffering'],
  media_stop: ['idle', 'stopped', 'off'],
};

/** Fields of services that are the state. */
const STATE_FIELDS = ['hvac_mode', 'option', 'value', 'operation_mode'];

/** Where a service sends a cover or a valve that is given no position. */
const ENDS: Readonly<Record<string, number>> = { open_cover: 100, close_cover: 0, open_valve: 100, close_valve: 0 };
const POSITION = 'current_position';
const POSITION_TOLERANCE = 2;

/** Attributes that somebody sets, by the fields of services that set them, and how far off a device may be. */
const FIELDS: Readonly<
  Record<string, { readonly attribute: string; readonly scale: number; readonly tolerance: number }>
> = {
  brightness: { attribute: 'brightness', scale: 1, tolerance: 3 },
  brightness_pct: { attribute: 'brightness', scale: 2.55, tolerance: 3 },
  temperature: { attribute: 'temperature', scale: 1, tolerance: 0.5 },
  target_temp_high: { attribute: 'target_temp_high', scale: 1, tolerance: 0.5 },
  target_temp_low: { attribute: 'target_temp_low', scale: 1, tolerance: 0.5 },
  humidity: { attribute: 'humidity', scale: 1, tolerance: 1 },
  percentage: { attribute: 'percentage', scale: 1, tolerance: 2 },
  position: { attribute: POSITION, scale: 1, tolerance: POSITION_TOLERANCE },
  tilt_position: { attribute: 'current_tilt_position', scale: 1, tolerance: 2 },
  volume_level: { attribute: 'volume_level', scale: 1, tolerance: 0.02 },
  is_volume_muted: { attribute: 'is_volume_muted', scale: 1, tolerance: 0 },
  fan_mode: { attribute: 'fan_mode', scale: 1, tolerance: 0 },
  preset_mode: { attribute: 'preset_mode', scale: 1, tolerance: 0 },
  swing_mode: { attribute: 'swing_mode', scale: 1, tolerance: 0 },
  effect: { attribute: 'effect', scale: 1, tolerance: 0 },
  source: { attribute: 'source', scale: 1, tolerance: 0 },
  oscillating: { attribute: 'oscillating', scale: 1, tolerance: 0 },
  direction: { attribute: 'direction', scale: 1, tolerance: 0 },
};

/** A colour has several names that follow from each other, roughly. */
const COLOURS = ['rgb_color', 'hs_color', 'xy_color', 'rgbw_color', 'rgbww_color', 'color_temp_kelvin', 'color_mode'];
const COLOUR_FIELDS = [...COLOURS, 'color_name', 'white', 'color_temp'];
const CONTROLLED: ReadonlySet<string> = new Set([
  ...Object.values(FIELDS).map(({ attribute }) => attribute),
  ...COLOURS,
]);

/** Whether something is another that a person or an app sets: the state, or an attribute such as the brightness. */
export function isControlChange(from: EntityState, to: EntityState): boolean {
  return from.state !== to.state || changedControls(from, to).length > 0;
}

/** Whether a state goes against what the call under whose context it comes has asked for. */
export function contradicts(write: Pick<Write, 'service'>, to: EntityState): boolean {
  const service = nameOf(write.service);
  return (service === 'turn_on' && to.state === 'off') || (service === 'turn_off' && to.state === 'on');
}

/**
 * Whether a change that a device reports by itself is what became of a call: told late, in steps on the way there, or
 * rounded to what the device can do.
 */
export function isEcho(write: Write, from: EntityState | null, to: EntityState): boolean {
  const agoMs = lastUpdatedMs(to) - write.atMs;
  if (agoMs < -SETTLING_MS || !isAvailable(to.state)) return false;
  const fading = agoMs <= transitionMs(write.data) + SETTLING_MS;
  const recent = fading || agoMs <= LATE_MS;
  const stateChanged = from === null || from.state !== to.state;
  if (stateChanged && !(recent && agrees(write, to) === true)) return false;
  const controls = from === null ? [...CONTROLLED] : changedControls(from, to);
  if (!stateChanged && controls.length === 0) return false;
  return controls.every((attribute) => {
    const value = peekAttribute(to, attribute) ?? null;
    const before = from === null ? null : (peekAttribute(from, attribute) ?? null);
    if (value === null) return stateChanged;
    if (COLOURS.includes(attribute))
      return stateChanged || (recent && COLOUR_FIELDS.some((field) => Object.hasOwn(write.data, field)));
    const wanted = wantedOf(write, attribute, to);
    // What a lamp was when it was off comes back with it.
    if (wanted === undefined) return stateChanged || from === null;
    if (wanted.near(value)) return recent || wanted.near(before);
    return (fading || (recent && attribute === POSITION && isOnItsWay(write, to))) && wanted.between(before, value);
  });
}

/** Whether a state is another than what a call has asked for, whenever it came to be. */
export function goesAgainst(write: Write, to: EntityState): boolean {
  if (agrees(write, to) === false) return true;
  if (to.state === 'off' || isOnItsWay(write, to)) return false;
  return Object.values(FIELDS).some(({ attribute }) => {
    const value = peekAttribute(to, attribute) ?? null;
    return value !== null && wantedOf(write, attribute, to)?.near(value) === false;
  });
}

/** Whether a state is the one that a call asked for; undefined where it asked for none. */
function agrees(write: Write, to: EntityState): boolean | undefined {
  const { data } = write;
  for (const field of STATE_FIELDS) {
    if (!Object.hasOwn(data, field)) continue;
    const wanted = data[field];
    return typeof wanted === 'number'
      ? Math.abs((to.number ?? Number.NaN) - wanted) <= 0.5
      : String(wanted) === to.state;
  }
  const service = nameOf(write.service);
  if (service === 'turn_on') return to.state !== 'off';
  const position = positionOf(write);
  return position === undefined ? STATES[service]?.includes(to.state) : agreesWithPosition(position, write, to);
}

function agreesWithPosition(position: number, write: Write, to: EntityState): boolean {
  if (to.state === 'opening' || to.state === 'closing') return isOnItsWay(write, to);
  const value = peekAttribute(to, POSITION);
  if (to.state === 'closed' || typeof value !== 'number') return (to.state === 'closed') === (position === 0);
  return Math.abs(value - position) <= POSITION_TOLERANCE;
}

/** Whether a cover or a valve moves to where a call sent it. That may take minutes. */
function isOnItsWay(write: Write, to: EntityState): boolean {
  const position = positionOf(write);
  if (position === undefined || (to.state !== 'opening' && to.state !== 'closing')) return false;
  const value = peekAttribute(to, POSITION);
  if (typeof value !== 'number') return position === (to.state === 'opening' ? 100 : 0) || isBetweenEnds(position);
  const left = to.state === 'opening' ? position - value : value - position;
  return left >= -POSITION_TOLERANCE;
}

function isBetweenEnds(position: number): boolean {
  return position > 0 && position < 100;
}

function positionOf({ service, data }: Pick<Write, 'service' | 'data'>): number | undefined {
  const name = nameOf(service);
  if (name !== 'set_cover_position' && name !== 'set_valve_position') return ENDS[name];
  return typeof data['position'] === 'number' ? data['position'] : undefined;
}

interface Wanted {
  readonly near: (value: unknown) => boolean;
  /** Whether a value lies on the way from another to what is wanted. */
  readonly between: (before: unknown, value: unknown) => boolean;
}

function wantedOf(write: Write, attribute: string, to: EntityState): Wanted | undefined {
  for (const [field, { attribute: of, scale, tolerance }] of Object.entries(FIELDS)) {
    const given = of === POSITION ? (positionOf(write) ?? write.data[field]) : write.data[field];
    if (of !== attribute || given === undefined) continue;
    if (typeof given !== 'number') return { near: (value) => value === given, between: () => false };
    const wanted = given * scale;
    const step = peekAttribute(to, attribute === 'percentage' ? 'percentage_step' : 'target_temp_step');
    const reach = Math.max(tolerance, typeof step === 'number' ? step : 0) + 1e-6;
    return {
      near: (value) => typeof value === 'number' && Math.abs(value - wanted) <= reach,
      between: (before, value) => {
        if (typeof value !== 'number') return false;
        // Some integrations say at once what will be, and only then how far it has got.
        const announced = typeof before !== 'number' || Math.abs(before - wanted) <= reach;
        return announced || Math.abs(value - wanted) <= Math.abs(before - wanted) + reach;
      },
    };
  }
  return undefined;
}

function changedControls(from: EntityState, to: EntityState): readonly string[] {
  return [...CONTROLLED].filter((attribute) => !same(peekAttribute(from, attribute), peekAttribute(to, attribute)));
}

function same(one: unknown, other: unknown): boolean {
  if (one === other || ((one ?? null) === null && (other ?? null) === null)) return true;
  return typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other);
}

function transitionMs(data: CallData): number {
  const { transition } = data;
  return typeof transition === 'number' && transition > 0 ? transition * 1000 : 0;
}

function nameOf(service: string): string {
  return service.slice(service.indexOf('.') + 1);
}

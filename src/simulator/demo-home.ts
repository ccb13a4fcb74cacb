import type { Clock, Timer } from '../kernel/clock.ts';
import { solarPosition } from '../kernel/solar-position.ts';
import { type Chance, seededChance } from './chance.ts';
import { Day, type Place } from './demo/daily-life.ts';
import { demoEntities, people, type Person, rooms, type Room, roomsWithMotion } from './demo/demo-entities.ts';
import { demoRegistries } from './demo/demo-registries.ts';
import { HeatedRoom } from './demo/heated-room.ts';
import { WallSwitches } from './demo/wall-switches.ts';
import { PROGRAMME_MIN, washingPower } from './demo/washing-programme.ts';
import { outdoorDegrees } from './demo/weather.ts';
import { SimulatedHome } from './simulated-home.ts';

export interface DemoHomeOptions {
  readonly clock: Clock;
  /**
   * The same seed and the same date give the same day.
   *
   * @defaultValue 1
   */
  readonly seed?: number | undefined;
}

const STEP_MS = 5000;
/** A motion sensor stays on for so long after the last movement that it saw. */
const MOTION_HOLD_MS = 30_000;
/** How likely somebody who is in a room moves within a step, by what one does there. */
const restlessness: Readonly<Record<Room, number>> = {
  hallway: 0.9,
  kitchen: 0.5,
  living_room: 0.08,
  bedroom: 0,
  bathroom: 0.4,
  study: 0.1,
};
const DOOR_OPEN_MS = 20_000;
/** Minutes of the day at which the washing machine is started. */
const WASHING_FROM_MIN = 7 * 60 + 31;
/** Minutes after the start of the washing machine at which somebody empties it. */
const EMPTIED_FROM_MIN = 115;
const EMPTIED_FOR_MIN = 4;
/** The living room is aired twice a day, for ten minutes. */
const AIRED_AT_MIN: readonly number[] = [8 * 60 + 53, 19 * 60];
const AIRED_FOR_MIN = 10;

/**
 * A home in which two people live: they get up, move from room to room, go out and come back, wash and air the rooms.
 * What its clock shows decides where they are, so it can be joined at any time of any day, at any speed of the clock.
 */
export class DemoHome {
  readonly home: SimulatedHome;
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #lastMovementMs = new Map<Room, number>();
  #days: { readonly date: string; readonly of: Readonly<Record<Person, Day>> } | undefined;
  #doorOpenUntilMs = 0;
  #minuteBefore: number | undefined;
  readonly #switches: WallSwitches;
  readonly #livingRoom = new HeatedRoom(19.5);
  #timer: Timer | undefined;

  constructor({ clock, seed = 1 }: DemoHomeOptions) {
    this.#clock = clock;
    this.#seed = seed;
    this.#chance = seededChance(seed);
    this.home = new SimulatedHome({
      clock,
      seed,
      config: { location_name: 'Demo House' },
      states: demoEntities,
      registries: demoRegistries,
      notifiers: ['notify', 'mobile_app_anna', 'mobile_app_ben'],
    });
    this.#switches = new WallSwitches(this.home);
  }

  /** Lets life begin. */
  start(): void {
    if (this.#timer === undefined) this.#live();
  }

  /** Lets everybody freeze where they are. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #live(): void {
    this.step();
    this.#timer = this.#clock.after(STEP_MS, 'life in the demo home', () => this.#live());
  }

  /** Brings everything to where it is at the present moment. */
  step(): void {
    const nowMs = this.#clock.nowMs();
    const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs)).toZonedDateTimeISO(this.home.timeZone());
    const minute = now.hour * 60 + now.minute + now.second / 60;
    const days = this.#daysOf(now);
    const places = new Map(people.map((person) => [person, days[person].placeAt(minute)]));

    this.#moveAbout(places, nowMs);
    this.#useDoor(days, minute, nowMs);
    this.#wash(minute);
    this.#warm(minute, now.dayOfYear);
    this.#shine(nowMs);
    const isDark = this.home.state('sun.sun') === 'below_horizon';
    this.#switches.step(isDark, (room) => [...places.values()].includes(room));
    for (const [person, place] of places) this.#set(`person.${person}`, place === 'out' ? 'not_home' : 'home');
    this.#minuteBefore = minute;
  }

  #daysOf(now: Temporal.ZonedDateTime): Readonly<Record<Person, Day>> {
    const date = now.toPlainDate().toString();
    if (this.#days?.date !== date) {
      const chance = seededChance(this.#seed * 10_007 + now.year * 400 + now.dayOfYear);
      const of = { anna: new Day('anna', now.dayOfWeek, chance), ben: new Day('ben', now.dayOfWeek, chance) };
      this.#days = { date, of };
      this.#minuteBefore = undefined;
    }
    return this.#days.of;
  }

  #moveAbout(places: ReadonlyMap<Person, Place>, nowMs: number): void {
    for (const room of roomsWithMotion) {
      const here = [...places.values()].filter((place) => place === room).length;
      const still = (1 - restlessness[room]) ** here;
      if (this.#chance() >= still) this.#lastMovementMs.set(room, nowMs);
      const seen = this.#lastMovementMs.get(room);
      this.#set(`binary_sensor.${room}_motion`, seen !== undefined && nowMs - seen < MOTION_HOLD_MS ? 'on' : 'off');
    }
  }

  #useDoor(days: Readonly<Record<Person, Day>>, minute: number, nowMs: number): void {
    const before = this.#minuteBefore ?? minute;
    const used = people.some((person) => days[person].passesDoor(before, minute));
    if (used) {
      this.#doorOpenUntilMs = nowMs + DOOR_OPEN_MS;
      this.#lastMovementMs.set('hallway', nowMs);
    }
    const isOpen = nowMs < this.#doorOpenUntilMs;
    const wasOpen = this.home.state('binary_sensor.front_door') === 'on';
    if (isOpen !== wasOpen) this.#set('lock.front_door', isOpen ? 'unlocked' : 'locked');
    this.#set('binary_sensor.front_door', isOpen ? 'on' : 'off');
    const aired = AIRED_AT_MIN.some((from) => minute >= from && minute < from + AIRED_FOR_MIN);
    this.#set('binary_sensor.living_room_window', aired ? 'on' : 'off');
  }

  #wash(minute: number): void {
    const since = minute - WASHING_FROM_MIN;
    const running = since >= 0 && since < PROGRAMME_MIN;
    this.#set('sensor.washing_machine_power', String(washingPower(running ? since : undefined, this.#chance())));
    const emptied = since >= EMPTIED_FROM_MIN && since < EMPTIED_FROM_MIN + EMPTIED_FOR_MIN;
    this.#set('binary_sensor.washing_machine_door', emptied ? 'on' : 'off');
  }

  #warm(minute: number, dayOfYear: number): void {
    const { home } = this;
    const outdoor = outdoorDegrees(dayOfYear, minute);
    const mode = home.state('climate.living_room') ?? 'off';
    const climate = home.attributes('climate.living_room');
    this.#livingRoom.step({
      outdoorDegrees: outdoor,
      targetDegrees: mode === 'heat' ? Number(climate?.['temperature'] ?? 17) : undefined,
      windowOpen: home.state('binary_sensor.living_room_window') === 'on',
    });

    const { degrees, heating } = this.#livingRoom;
    this.#set('sensor.outdoor_temperature', outdoor.toFixed(1));
    for (const [index, room] of rooms.entries()) {
      const offset = room === 'living_room' ? 0 : (index - 2) * 0.4;
      this.#set(`sensor.${room}_temperature`, (degrees + offset).toFixed(1));
    }
    const action = mode === 'off' ? 'off' : heating ? 'heating' : 'idle';
    if (climate?.['current_temperature'] !== degrees || climate['hvac_action'] !== action) {
      home.setState('climate.living_room', mode, { current_temperature: degrees, hvac_action: action });
    }
  }

  #shine(nowMs: number): void {
    const { latitude, longitude } = this.home.config();
    const { elevation, azimuth } = solarPosition(nowMs, { latitude, longitude });
    const daylight = Math.max(0, Math.sin((elevation * Math.PI) / 180));
    const lamp = this.home.state('light.hallway') === 'on' ? 120 : 0;
    this.#set('sensor.hallway_illuminance', String(Math.round((daylight * 400 + lamp) / 10) * 10));
    const sun = this.home.attributes('sun.sun');
    if (Math.abs(Number(sun?.['elevation'] ?? 0) - elevation) < 0.5 && this.#minuteBefore !== undefined) return;
    const rising = azimuth < 180;
    const state = elevation > -0.833 ? 'above_horizon' : 'below_horizon';
    this.home.setState('sun.sun', state, { elevation: tenths(elevation), azimuth: tenths(azimuth), rising });
  }

  #set(entityId: string, state: string): void {
    if (this.home.state(entityId) !== state) this.home.setState(entityId, state);
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

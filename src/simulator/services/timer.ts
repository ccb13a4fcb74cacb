import type { WireContext } from '../../home-assistant/protocol/wire.ts';
import type { Timer } from '../../kernel/clock.ts';
import { type EntityService, registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import { isoOf } from '../instants.ts';
import type { JsonObject } from '../json.ts';
import { spanText } from '../python-text.ts';
import { misfit, optional, type Check } from '../schema.ts';
import type { StateRecord } from '../state-record.ts';

const second = 1_000_000;
/** Timers there go off a little after their instant. */
const lateMs = 1;

/** Seconds, from a number, from `0:05:00`, or from an object of units. */
const span: Check = (value) => {
  const seconds =
    typeof value === 'string' ? secondsOfText(value) : typeof value === 'number' ? value : secondsOfUnits(value);
  if (seconds === undefined || Number.isNaN(seconds))
    throw misfit(`offset ${String(value)} should be format 'HH:MM', 'HH:MM:SS' or 'HH:MM:SS.F'`);
  return seconds;
};

/** The same for whoever is no field of a service. */
export function secondsOfSpan(value: unknown): number {
  return Number(span(value));
}

function secondsOfText(value: string): number {
  if (!value.includes(':')) return Number(value);
  const [hours = 0, minutes = 0, seconds = 0] = value.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

function secondsOfUnits(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { hours = 0, minutes = 0, seconds = 0 }: JsonObject = { ...value };
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** `timer`: runs out on a whole second of the wall clock, as Home Assistant's do. */
export function registerTimer(home: HomeCore): void {
  const running = new Map<string, Timer>();
  const halt = (entityId: string): void => {
    running.get(entityId)?.cancel();
    running.delete(entityId);
  };
  const idle = (entity: StateRecord, transition: 'cancelled' | 'finished', context: WireContext): void => {
    halt(entity.entityId);
    home.write(
      entity,
      { state: 'idle', attributes: { last_transition: transition, finishes_at: undefined, remaining: undefined } },
      context,
    );
  };
  const finish = (entity: StateRecord, context: WireContext): void => {
    const finishedAt = entity.attributes.finishes_at ?? isoOf(wholeSecond(home.instants.next()));
    idle(entity, 'finished', context);
    home.fire('timer.finished', { entity_id: entity.entityId, finished_at: finishedAt });
  };
  const start = (entity: StateRecord, seconds: number, context: WireContext): void => {
    halt(entity.entityId);
    const finishesAt = wholeSecond(home.instants.next()) + seconds * second;
    const resumed = entity.state === 'paused';
    home.write(
      entity,
      {
        state: 'active',
        attributes: {
          ...(resumed ? {} : { duration: spanText(seconds) }),
          last_transition: resumed ? 'restarted' : 'started',
          finishes_at: isoOf(finishesAt),
          remaining: spanText(seconds),
        },
      },
      context,
    );
    home.fire(resumed ? 'timer.restarted' : 'timer.started', { entity_id: entity.entityId });
    const delayMs = Math.max(0, finishesAt / 1000 - home.clock.nowMs()) + lateMs;
    const timer = home.clock.after(delayMs, `${entity.entityId} runs`, () => {
      const now = home.states.get(entity.entityId);
      if (now?.state === 'active') finish(now, context);
    });
    running.set(entity.entityId, timer);
  };
  const services: Record<string, EntityService> = {
    start: {
      shape: { duration: optional(span) },
      fields: { duration: { example: '00:01:00 or 60', selector: { duration: {} } } },
      run: (entity, { data, context }) => start(entity, Number(data.duration ?? presentSpan(entity)), context),
    },
    pause: {
      run: (entity, { context }) => {
        if (entity.state !== 'active') return;
        halt(entity.entityId);
        const leftMs =
          Temporal.Instant.from(String(entity.attributes.finishes_at)).epochMilliseconds - home.clock.nowMs();
        const attributes = { last_transition: 'paused', remaining: spanText(leftMs / 1000), finishes_at: undefined };
        home.write(entity, { state: 'paused', attributes }, context);
        home.fire('timer.paused', { entity_id: entity.entityId });
      },
    },
    cancel: {
      run: (entity, { context }) => {
        if (entity.state === 'idle') return;
        idle(entity, 'cancelled', context);
        home.fire('timer.cancelled', { entity_id: entity.entityId });
      },
    },
    finish: { run: (entity, { context }) => (entity.state === 'active' ? finish(entity, context) : undefined) },
  };
  registerEntityServices(home, 'timer', services);
}

function wholeSecond(microseconds: number): number {
  return Math.floor(microseconds / second) * second;
}

function presentSpan({ state, attributes }: StateRecord): number {
  const text = state === 'paused' ? attributes.remaining : attributes.duration;
  return typeof text === 'string' ? secondsOfText(text) : 0;
}

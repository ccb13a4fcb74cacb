import type { Timer } from '../../kernel/clock.ts';
import { type EntityService, registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { optional, textual } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';

const feature = { armHome: 1, armAway: 2, armNight: 4, trigger: 8, armCustomBypass: 16, armVacation: 32 };

/** The code of every simulated alarm: it is no secret. */
const alarmCode = '1234';
/** Time to leave the house, the delay before the alarm, and how long that lasts. */
const armingMs = 60_000;
const pendingMs = 60_000;
const triggeredMs = 120_000;

/** `alarm_control_panel`: it arms after a while, and goes off after a while; the code of all of them is 1234. */
export function registerAlarmControlPanel(home: HomeCore): void {
  const alarms = new Alarms(home);
  const arm = (supported: number, mode: string): EntityService => ({
    shape: { code: optional(textual) },
    fields: { code: { example: '1234', selector: { text: {} } } },
    features: [supported],
    run: (entity, call) => alarms.arm(entity, mode, call),
  });
  registerEntityServices(home, 'alarm_control_panel', {
    alarm_disarm: {
      shape: { code: optional(textual) },
      fields: { code: { example: '1234', selector: { text: {} } } },
      run: (entity, call) => alarms.disarm(entity, call),
    },
    alarm_arm_home: arm(feature.armHome, 'armed_home'),
    alarm_arm_away: arm(feature.armAway, 'armed_away'),
    alarm_arm_night: arm(feature.armNight, 'armed_night'),
    alarm_arm_vacation: arm(feature.armVacation, 'armed_vacation'),
    alarm_arm_custom_bypass: arm(feature.armCustomBypass, 'armed_custom_bypass'),
    alarm_trigger: {
      shape: { code: optional(textual) },
      fields: { code: { example: '1234', selector: { text: {} } } },
      features: [feature.trigger],
      run: (entity, call) => alarms.trigger(entity, call),
    },
  });
}

class Alarms {
  readonly #home: HomeCore;
  readonly #timers = new Map<string, Timer>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  arm(entity: StateRecord, mode: string, { data, context }: ServiceCall): void {
    if (entity.attributes.code_arm_required === true) {
      if (data.code === undefined) throw codeNeeded(entity);
      assertCode(data.code);
    }
    if (entity.state === mode) return;
    this.#become(entity, 'arming', { previous_state: entity.state, next_state: mode }, context);
    this.#later(entity, armingMs, mode, { previous_state: null, next_state: null });
  }

  disarm(entity: StateRecord, { data, context }: ServiceCall): void {
    if (entity.attributes.code_format !== null && entity.attributes.code_format !== undefined) assertCode(data.code);
    this.#timers.get(entity.entityId)?.cancel();
    this.#become(entity, 'disarmed', { previous_state: null, next_state: null }, context);
  }

  trigger(entity: StateRecord, { context }: ServiceCall): void {
    const previous = entity.state;
    this.#become(entity, 'pending', { previous_state: previous, next_state: 'triggered' }, context);
    this.#later(entity, pendingMs, 'triggered', { previous_state: previous, next_state: null }, () =>
      this.#later(entity, triggeredMs, previous, { previous_state: null, next_state: null }),
    );
  }

  #become(entity: StateRecord, state: string, shown: Shown, context: ServiceCall['context']): void {
    const present = this.#home.states.get(entity.entityId);
    if (present !== undefined) this.#home.write(present, { state, attributes: { ...shown } }, context);
  }

  #later(entity: StateRecord, afterMs: number, state: string, shown: Shown, then?: () => void): void {
    this.#timers.get(entity.entityId)?.cancel();
    const timer = this.#home.clock.after(afterMs, `${entity.entityId} becomes ${state}`, () => {
      this.#become(entity, state, shown, this.#home.newContext());
      then?.();
    });
    this.#timers.set(entity.entityId, timer);
  }
}

interface Shown {
  readonly previous_state: string | null;
  readonly next_state: string | null;
}

function assertCode(code: unknown): void {
  if (code !== alarmCode) throw notValid('invalid_code', { domain: 'manual', key: 'invalid_code' });
}

function codeNeeded({ entityId }: StateRecord): Error {
  return notValid(`Arming requires a code but none was given for ${entityId}`, {
    domain: 'alarm_control_panel',
    key: 'code_arm_required',
    placeholders: { entity_id: entityId },
  });
}

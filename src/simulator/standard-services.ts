import type { HomeCore } from './home-core.ts';
import { fit } from './schema.ts';
import { registerClimate } from './services/climate.ts';
import { registerHomeassistant } from './services/homeassistant.ts';
import { registerInputHelpers } from './services/input-helpers.ts';
import { registerLight } from './services/light.ts';
import { registerLock } from './services/lock.ts';
import { registerNotify } from './services/notify.ts';
import { registerScript, type Scripts } from './services/script.ts';
import { registerSwitch } from './services/switch.ts';
import { registerTimer } from './services/timer.ts';

export interface StandardServicesOptions {
  readonly scripts: Scripts;
  /** Names of `notify` services, a phone's for instance. */
  readonly notifiers: readonly string[];
}

/** What every simulated home can do. Other domains are refused as unknown. */
export function registerStandardServices(home: HomeCore, { scripts, notifiers }: StandardServicesOptions): void {
  registerHomeassistant(home);
  registerLight(home);
  registerSwitch(home);
  registerInputHelpers(home);
  registerTimer(home);
  registerLock(home);
  registerClimate(home);
  registerNotify(home, notifiers);
  registerScript(home, scripts);
  home.services.register('person', 'reload', {
    description: { fields: {} },
    admin: true,
    check: (data) => fit({}, data),
    run: () => undefined,
  });
}

import type { HomeCore } from './home-core.ts';
import { registerAlarmControlPanel } from './services/alarm-control-panel.ts';
import { registerClimate } from './services/climate.ts';
import { registerCover } from './services/cover.ts';
import { registerFan } from './services/fan.ts';
import { registerHomeassistant } from './services/homeassistant.ts';
import { registerHumidifier } from './services/humidifier.ts';
import { registerInputHelpers } from './services/input-helpers.ts';
import { registerLight } from './services/light.ts';
import { registerLock } from './services/lock.ts';
import { registerMediaPlayer } from './services/media-player.ts';
import { registerNotify } from './services/notify.ts';
import { registerReload } from './services/reload.ts';
import { registerRobots } from './services/robots.ts';
import { registerScript, type Scripts } from './services/script.ts';
import { registerSettings } from './services/settings.ts';
import { registerSiren } from './services/siren.ts';
import { registerSwitch } from './services/switch.ts';
import { registerTimer } from './services/timer.ts';
import { registerUpdate } from './services/update.ts';
import { registerValve } from './services/valve.ts';
import { registerWaterHeater } from './services/water-heater.ts';

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
  registerCover(home);
  registerValve(home);
  registerFan(home);
  registerHumidifier(home);
  registerWaterHeater(home);
  registerSiren(home);
  registerAlarmControlPanel(home);
  registerMediaPlayer(home);
  registerRobots(home);
  registerUpdate(home);
  registerSettings(home);
  registerNotify(home, notifiers);
  registerScript(home, scripts);
  registerReload(home);
}

export { AppUnderTest, NotInThisThread } from './testing/app-under-test.ts';
export { AppDidNotStart, runApp, type RunAppOptions, type RunAppSettings } from './testing/run-app.ts';
export {
  type EntitySetup,
  type ServiceCallRecord,
  SimulatedHome,
  type SimulatedHomeOptions,
} from './simulator/simulated-home.ts';
export type { DeviceSetup, EntityEntrySetup, RegistrySetup } from './simulator/registries/registries.ts';
export { NotQuiet } from './kernel/virtual-clock.ts';

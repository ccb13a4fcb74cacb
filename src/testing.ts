export { AppDidNotStart, AppUnderTest, NotInThisThread } from './testing/app-under-test.ts';
export { HomeUnderTest } from './testing/home-under-test.ts';
export {
  type OtherHome,
  type PlaceOnEarth,
  runApp,
  type RunAppOptions,
  type RunAppSettings,
} from './testing/run-app.ts';
export type { EntitySetup } from './simulator/kept-entities.ts';
export { type ServiceCallRecord, SimulatedHome, type SimulatedHomeOptions } from './simulator/simulated-home.ts';
export type { Behaviour, ClientCommand, Removal } from './simulator/behaviours.ts';
export type { ClientConnection } from './simulator/client-connection.ts';
export {
  type CommandChoice,
  cutAfter,
  delay,
  garble,
  giantFrames,
  halfOpen,
  lag,
  refuse,
  refuseAuth,
  reorder,
  type ReorderOptions,
  stall,
  swallow,
  unknownMessages,
  unreachable,
} from './simulator/faults.ts';
export type { RestartPace, StartPace } from './simulator/lifecycle.ts';
export type { Service, ServiceCall } from './simulator/service-registry.ts';
export { storm, type StormOptions } from './simulator/storm.ts';
export type { DeviceSetup, EntityEntrySetup, RegistrySetup } from './simulator/registries/registries.ts';
export { NotQuiet } from './kernel/virtual-clock.ts';

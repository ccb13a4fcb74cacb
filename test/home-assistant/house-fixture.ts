import { AppBus } from '../../src/apps/app-bus.ts';
import { BusService } from '../../src/bus/bus-service.ts';
import { Home } from '../../src/home-assistant/home.ts';
import type { CompressedState } from '../../src/home-assistant/protocol/wire.ts';
import { Cancelled } from '../../src/kernel/errors.ts';
import { Executor } from '../../src/kernel/executor.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { Life } from '../../src/kernel/life.ts';
import { memoryWaits } from '../storage/memory-storage.ts';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import { Resource, type ResourceContext } from '../../src/kernel/resource.ts';
import { durationMs, signedDurationMs } from '../../src/kernel/duration.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { ScriptedLink, snapshot } from './scripted-link.ts';

class Host extends Resource {
  constructor(context: ResourceContext) {
    super('host', context);
  }
}

/** What a handler was called with, in words: `light.a off→on`. */
export interface Told {
  readonly kind: string;
  readonly entityId: string;
  readonly from: { readonly state: string } | null;
  readonly to: { readonly state: string } | null;
  readonly resync: boolean;
  readonly stale: boolean;
}

export function inWords({ entityId, kind, from, to, resync, stale }: Told): string {
  const step = `${from?.state ?? '∅'}→${to?.state ?? '∅'}`;
  const how = kind === 'changed' ? '' : ` ${kind}`;
  return `${entityId} ${step}${how}${resync ? ' resync' : ''}${stale ? ' stale' : ''}`;
}

/**
 * A house whose states the test sets, and an app's bus that listens to it, under virtual time. Home Assistant's clock is
 * `offset` ahead of ours.
 */
export async function startHouse(
  states: Readonly<Record<string, string>> = {},
  options: { readonly offset?: string; readonly onError?: (failure: Failure) => unknown; readonly self?: unknown } = {},
) {
  const offsetMs = signedDurationMs(options.offset ?? '0s');
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
  const logging = new Logging({ clock, format: 'silent', level: 'debug' });
  const lines: LogRecord[] = [];
  logging.tap((record) => lines.push(record));
  const executor = new Executor({ clock, logger: logging.logger('executor') });
  clock.addActivity(executor);
  const failures: Failure[] = [];
  executor.onFailure((failure) => failures.push(failure));
  const link = new ScriptedLink();
  const host = new Host({ clock, logging });
  const home = new Home(host, link);
  const service = new BusService(host, { executor });
  await host.start();

  const life = new Life('hallway');
  const makeBus = (of: Life, self: unknown): AppBus =>
    new AppBus({
      service,
      home,
      life: of,
      clock,
      logger: logging.logger(`app.${of.name}`),
      waits: memoryWaits({ clock, logging }, of.name),
      self: () => self,
      onError: options.onError,
    });
  const known = new Map<string, CompressedState>();
  let connected = false;
  let contexts = 0;

  const nowS = (): number => (clock.nowMs() + offsetMs) / 1000;
  const context = (): string => `C${(contexts += 1)}`;
  const status = (phase: 'lost' | 'syncing' | 'ready', generation: number): void =>
    link.sink.onStatus({ phase, generation, clockOffsetMs: offsetMs });
  let generation = 0;
  const connect = (restarted: boolean): void => {
    generation += 1;
    connected = true;
    status('syncing', generation);
    link.sink.onSnapshot(snapshot(Object.fromEntries(known), { generation, restarted, clockOffsetMs: offsetMs }));
    status('ready', generation);
  };
  const write = (entityId: string, state: CompressedState): void => {
    const before = known.get(entityId);
    known.set(entityId, state);
    if (!connected) return;
    const gone = Object.keys(before?.a ?? {}).filter((name) => !Object.hasOwn(state.a, name));
    link.sink.onDifferences(
      before === undefined
        ? { a: { [entityId]: state } }
        : { c: { [entityId]: { '+': { ...state }, '-': { a: gone } } } },
    );
  };

  for (const [entityId, state] of Object.entries(states))
    known.set(entityId, { s: state, a: {}, c: context(), lc: nowS() - 3600 });
  connect(false);

  return {
    clock,
    home,
    link,
    service,
    executor,
    life,
    lines,
    failures,
    bus: makeBus(life, options.self),
    anotherApp: (name: string) => makeBus(new Life(name), undefined),
    /** Another state, or the same with other attributes. */
    set(entityId: string, state: string, attributes?: Readonly<Record<string, unknown>>): void {
      const before = known.get(entityId);
      const lc = before?.s === state ? before.lc : nowS();
      write(entityId, { s: state, a: attributes ?? before?.a ?? {}, c: context(), lc, lu: nowS() });
    },
    /** The same state once more, with a new time. */
    force(entityId: string): void {
      const before = known.get(entityId);
      if (before !== undefined) write(entityId, { ...before, c: context(), lc: nowS(), lu: nowS() });
    },
    remove(entityId: string): void {
      known.delete(entityId);
      if (connected) link.sink.onDifferences({ r: [entityId] });
    },
    /** The connection goes; the house lives on. */
    lose(): void {
      connected = false;
      status('lost', generation);
    },
    /** The connection is back. */
    reconnect: () => connect(false),
    /** Home Assistant is restarted, which gives every state a new time, and the connection is back. */
    restart(): void {
      for (const [entityId, state] of known) known.set(entityId, { ...state, lc: nowS(), lu: nowS() });
      connect(true);
    },
    advance: (duration: string) => clock.advanceBy(durationMs(duration)),
    settle: () => clock.settle(),
    stopApp: () => life.stop(new Cancelled('hallway is stopping')),
    warnings: (): string[] => lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg),
    /** What a handler was told, and the handler. */
    ear() {
      const told: string[] = [];
      return { told, hear: (event: Told) => void told.push(inWords(event)) };
    },
    async [Symbol.asyncDispose]() {
      life.stop(new Cancelled('the test is over'));
      await host.stop();
    },
  };
}

export type House = Awaited<ReturnType<typeof startHouse>>;

import type { HomeReference } from '../apps/app-config.ts';
import type { Configuration, HomeConfiguration } from '../config/schema.ts';
import { HomeConnection } from '../home-assistant/connection/home-connection.ts';
import { CommandRefused } from '../home-assistant/home-errors.ts';
import type { HomeLink, HomeProblem, HomeSnapshot } from '../home-assistant/home-link.ts';
import { NetworkTransport } from '../home-assistant/connection/network-transport.ts';
import { currentUser, getServices } from '../home-assistant/protocol/commands.ts';
import type { Command } from '../home-assistant/protocol/wire.ts';
import type { Clock } from '../kernel/clock.ts';
import { formatDuration } from '../kernel/duration.ts';
import { nearest } from '../kernel/nearest.ts';
import type { ResourceContext } from '../kernel/resource.ts';
import { withTimeout } from '../kernel/waiting.ts';
import { type Advice, adviceFor, LoginTokens, TokenUser } from './home-advice.ts';
import type { HomeAccess } from './homes.ts';

export interface HomeToCheck {
  readonly name: string;
  readonly home: HomeConfiguration;
  readonly simulate: Configuration['simulate'];
  /** What apps name of it. */
  readonly references: readonly NamedReference[];
  /** How long opening the connection and its handshake may take, each. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long all of it may take. */
  readonly limitMs: number;
}

/** A reference together with the place in the configuration that it stands at. */
export interface NamedReference extends Omit<HomeReference, 'path'> {
  readonly at: string;
}

export type CheckedHome =
  | {
      readonly kind: 'answered';
      readonly name: string;
      readonly version: string;
      readonly entities: number;
      readonly timeZone: string;
      /** How long a question took. */
      readonly roundTripMs: number;
      /** How far its clock is ahead. */
      readonly clockOffsetMs: number;
      /** Whose token it is, where the home says so. */
      readonly user: { readonly name: string; readonly isAdmin: boolean } | undefined;
      /** What works, and would work better otherwise. */
      readonly advice: readonly Advice[];
      /** What apps name and the home does not have. */
      readonly missing: readonly MissingReference[];
    }
  | { readonly kind: 'failed'; readonly name: string; readonly problem: HomeProblem };

export interface MissingReference {
  readonly at: string;
  readonly message: string;
  readonly nearest?: string | undefined;
}

type Kind = 'entity' | 'service' | 'area';

/** The first snapshot, or the first thing that stands in its way: a check does not try again. */
export function firstSnapshot(link: HomeLink): Promise<HomeSnapshot | HomeProblem> {
  return new Promise((resolve) => {
    link.attach({
      onStatus: ({ phase, problem }) => {
        if (problem !== undefined && phase !== 'ready') resolve(problem);
      },
      onSnapshot: resolve,
      onDifferences: () => {},
      onDifference: () => {},
      onEvent: () => {},
      onConfig: () => {},
    });
  });
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function servicesIn(result: unknown): readonly string[] {
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([domain, services]) =>
    keysOf(services).map((service) => `${domain}.${service}`),
  );
}

/** What is known of one kind: ids, each with the name that a person may have taken for it. */
type Known = ReadonlyMap<string, string | undefined>;

function idsOnly(ids: readonly string[]): Known {
  return new Map(ids.map((id) => [id, undefined]));
}

function areasIn(result: unknown): Known {
  const areas: readonly unknown[] = Array.isArray(result) ? result : [];
  return new Map(
    areas.flatMap((area): [string, string | undefined][] => {
      if (typeof area !== 'object' || area === null || !('area_id' in area)) return [];
      return [[String(area.area_id), 'name' in area ? String(area.name) : undefined]];
    }),
  );
}

function nearestOf(value: string, known: Known): string | undefined {
  const called = [...known].find(([, name]) => name?.toLowerCase() === value.toLowerCase());
  return called?.[0] ?? nearest(value, known.keys());
}

async function knownOf(kind: Kind, link: HomeLink, snapshot: HomeSnapshot, timeoutMs: number): Promise<Known> {
  switch (kind) {
    case 'entity':
      return idsOnly(Object.keys(snapshot.entities));
    case 'service':
      return idsOnly(servicesIn(await link.command(getServices(), { timeoutMs })));
    case 'area':
      return areasIn(await link.command({ type: 'config/area_registry/list' }, { timeoutMs }));
    default:
      return kind satisfies never;
  }
}

function isKind(kind: string): kind is Kind {
  return kind === 'entity' || kind === 'service' || kind === 'area';
}

async function missingIn(
  home: HomeToCheck,
  link: HomeLink,
  snapshot: HomeSnapshot,
): Promise<readonly MissingReference[]> {
  const known = new Map<Kind, Known>();
  const missing: MissingReference[] = [];
  for (const { at, meaning, value } of home.references) {
    const { kind } = meaning;
    if (!isKind(kind)) continue;
    const there = known.get(kind) ?? (await knownOf(kind, link, snapshot, home.limitMs));
    known.set(kind, there);
    if (there.has(value)) continue;
    missing.push({ at, message: `no ${kind} "${value}" in home "${home.name}"`, nearest: nearestOf(value, there) });
  }
  return missing;
}

/** What a home answers; undefined where it does not know the command, or refuses it. */
async function answerTo(command: Command, link: HomeLink, timeoutMs: number): Promise<unknown> {
  try {
    return await link.command(command, { timeoutMs });
  } catch (error) {
    if (error instanceof CommandRefused) return undefined;
    throw error;
  }
}

/** The simulated home at the moment it is asked: what lives in it has no need to go on living. */
async function simulatedAccess(clock: Clock, simulate: Configuration['simulate']): Promise<HomeAccess> {
  const { livingHome } = await import('./living-home.ts');
  const living = await livingHome(simulate, clock);
  living.step();
  return living.home;
}

/** Asks a home, once, whether it lets us in, and whether there is in it what apps name. */
export async function checkHome(home: HomeToCheck, context: ResourceContext): Promise<CheckedHome> {
  const { clock } = context;
  if (home.home === 'simulated') return ask(home, await simulatedAccess(clock, home.simulate), context);
  await using transport = new NetworkTransport({ clock, ...home.home });
  return await ask(home, { transport, token: home.home.token }, context);
}

async function ask(
  home: HomeToCheck,
  { transport, token }: HomeAccess,
  context: ResourceContext,
): Promise<CheckedHome> {
  const { name, limitMs, connectTimeoutMs } = home;
  await using connection = new HomeConnection(context, {
    home: name,
    transport,
    token,
    limitsMs: connectTimeoutMs === undefined ? {} : { connecting: connectTimeoutMs, authenticating: connectTimeoutMs },
  });
  await connection.start();
  const failed = (problem: HomeProblem): CheckedHome => ({ kind: 'failed', name, problem });
  try {
    return await withTimeout(context.clock, limitMs, `asking home "${name}"`, async () => {
      const first = await firstSnapshot(connection);
      if ('code' in first) return failed(first);
      const missing = await missingIn(home, connection, first);
      const askedMs = context.clock.monotonicMs();
      const user = TokenUser.safeParse(await answerTo(currentUser(), connection, limitMs)).data;
      const roundTripMs = context.clock.monotonicMs() - askedMs;
      const logins = LoginTokens.safeParse(await answerTo({ type: 'auth/refresh_tokens' }, connection, limitMs)).data;
      const { clockOffsetMs } = connection.homeStatus;
      const { entities, config } = first;
      return {
        kind: 'answered',
        name,
        version: config.version,
        entities: Object.keys(entities).length,
        timeZone: config.time_zone,
        roundTripMs,
        clockOffsetMs,
        user: user && { name: user.name, isAdmin: user.is_admin },
        // Who lives in a simulated home does not mind.
        advice: home.home === 'simulated' ? [] : adviceFor({ user, logins, entities, clockOffsetMs }),
        missing,
      };
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : `no answer within ${formatDuration(limitMs)}`;
    return failed({ code: 'HOME_STALLED', message });
  }
}

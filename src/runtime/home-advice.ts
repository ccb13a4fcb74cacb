import { z } from 'zod';
import type { CompressedState } from '../home-assistant/protocol/wire.ts';
import { formatDuration } from '../kernel/duration.ts';

/** Something that works, and would work better otherwise. */
export interface Advice {
  readonly about: 'user' | 'shared user' | 'rights' | 'clock';
  /** What is so, in a sentence without its full stop. */
  readonly message: string;
  /** What comes of it. */
  readonly cost: string;
  /** What would help. */
  readonly remedy: string;
}

/** Answers to `auth/current_user`. */
export const TokenUser = z.object({ id: z.string(), name: z.string(), is_admin: z.boolean(), is_owner: z.boolean() });

/**
 * Answers to `auth/refresh_tokens`: what the token's own user is logged in by. `normal` ones are of browsers and phones;
 * `is_current` is the one that asks. Open to every user.
 */
export const LoginTokens = z.array(
  z.object({
    type: z.string(),
    client_id: z.string().nullish(),
    client_name: z.string().nullish(),
    created_at: z.iso.datetime({ offset: true }),
    last_used_at: z.iso.datetime({ offset: true }).nullish(),
    is_current: z.boolean().optional(),
  }),
);

export type LoginToken = z.output<typeof LoginTokens>[number];

/** What is known of a home, as far as there may be something to advise. */
export interface AdviceFacts {
  readonly user: z.output<typeof TokenUser> | undefined;
  readonly logins: readonly LoginToken[] | undefined;
  readonly entities: Readonly<Record<string, Pick<CompressedState, 'a'>>>;
  /** How far the home's clock is ahead. */
  readonly clockOffsetMs: number;
}

/** Clocks that follow the network are nearer to each other than this. */
const CLOCK_TOLERANCE_MS = 2000;
/** Making a token takes a login, and that session may stay open for a while. */
const SETTING_UP_MS = 24 * 3_600_000;

const MAKE_A_USER =
  'In Home Assistant, under Settings > People > Users, add a user for the daemon alone: an administrator, and nobody ' +
  'that a person stands for. Log in as that user in a private window, make a long-lived access token on the Security ' +
  'page of the profile, give it to the daemon, and log out.';

/** What could be better about a home, as seen from the daemon. */
export function adviceFor(facts: AdviceFacts): readonly Advice[] {
  return [...adviceOnUser(facts), ...adviceOnSharing(facts), ...adviceOnRights(facts), ...adviceOnClock(facts)];
}

/** Provenance is right only as far as nobody but the daemon acts as its user. */
function adviceOnUser({ user, logins = [], entities }: AdviceFacts): readonly Advice[] {
  if (user === undefined) return [];
  const { name } = user;
  const person = Object.keys(entities).find((id) => id.startsWith('person.') && entities[id]?.a['user_id'] === user.id);
  const login = lastLogin(logins);
  const signs = [
    ...(person === undefined ? [] : [`${person} stands for them`]),
    ...(login === undefined ? [] : [`somebody was logged in as them on ${dayOf(login.last_used_at)}${byWhat(login)}`]),
    ...(user.is_owner ? ['it is the owner, by whom the home was set up'] : []),
  ];
  if (signs.length === 0) return [];
  const certainly = person !== undefined || login !== undefined;
  return [
    {
      about: 'user',
      message: `its user "${name}" ${certainly ? 'is' : 'seems to be'} a person: ${signs.join('; ')}`,
      cost:
        `What ${name} does in Home Assistant bears the same user as the daemon's own calls. It cannot be told for a ` +
        'person\'s: its `cause` is "unknown" and never "user", and `override()` does not see it.',
      remedy: person === undefined ? MAKE_A_USER : `${MAKE_A_USER} If nobody is meant by ${person}, delete that.`,
    },
  ];
}

/** Other programs that act as the daemon's user. */
function adviceOnSharing({ user, logins = [] }: AdviceFacts): readonly Advice[] {
  const since = logins.find((token) => token.is_current === true)?.created_at;
  if (user === undefined || since === undefined) return [];
  const others = logins.filter(
    (token) => token.type === 'long_lived_access_token' && token.is_current !== true && isUsedAfter(token, since, 0),
  );
  if (others.length === 0) return [];
  const names = others.map((token) => `"${token.client_name ?? 'without a name'}"`).join(', ');
  return [
    {
      about: 'shared user',
      message: `its user "${user.name}" has other access tokens in use: ${names}`,
      cost:
        "What other programs do by them bears the same user as the daemon's own calls. Where it is none of these, its " +
        '`cause` is "unknown".',
      remedy: `Give each program a user of its own. ${MAKE_A_USER}`,
    },
  ];
}

function adviceOnRights({ user }: AdviceFacts): readonly Advice[] {
  if (user === undefined || user.is_admin) return [];
  return [
    {
      about: 'rights',
      message: `its user "${user.name}" is no administrator`,
      cost:
        'Home Assistant does not tell it what others call, nor most other events. What the daemon itself did is known ' +
        'less surely, an automation can look like a device, and triggers, conditions and changes of the registries are ' +
        'refused.',
      remedy: `Under Settings > People > Users, make "${user.name}" an administrator.`,
    },
  ];
}

function adviceOnClock({ clockOffsetMs }: AdviceFacts): readonly Advice[] {
  const apartMs = Math.abs(Math.round(clockOffsetMs));
  if (apartMs < CLOCK_TOLERANCE_MS) return [];
  const apart = formatDuration(apartMs < 60_000 ? Math.round(apartMs / 100) * 100 : Math.round(apartMs / 1000) * 1000);
  return [
    {
      about: 'clock',
      message: `its clock is ${apart} ${clockOffsetMs > 0 ? 'ahead of' : 'behind'} this machine's`,
      cost:
        'What lasts (`for`) is counted by its clock, and jobs run by that of this machine: at 07:00 here it is another ' +
        'time there.',
      remedy: 'Let both machines set their clocks by the network (NTP).',
    },
  ];
}

/** The login of a browser or a phone that was in use long after the daemon's token was made. */
function lastLogin(logins: readonly LoginToken[]): LoginToken | undefined {
  const since = logins.find((token) => token.is_current === true)?.created_at;
  if (since === undefined) return undefined;
  return logins
    .filter((token) => token.type === 'normal' && isUsedAfter(token, since, SETTING_UP_MS))
    .toSorted((left, right) => momentMs(right.last_used_at) - momentMs(left.last_used_at))[0];
}

function isUsedAfter({ last_used_at: usedAt }: LoginToken, since: string, byMs: number): boolean {
  return momentMs(usedAt) > momentMs(since) + byMs;
}

function momentMs(moment: string | null | undefined): number {
  return moment === null || moment === undefined ? 0 : Temporal.Instant.from(moment).epochMilliseconds;
}

function dayOf(moment: string | null | undefined): string {
  return moment?.slice(0, 10) ?? 'a day that is not known';
}

/** Companion apps say what they are: `https://home-assistant.io/iOS`, `…/android`. */
function byWhat({ client_id: client }: LoginToken): string {
  const app = /^https:\/\/home-assistant\.io\/(\w+)/.exec(client ?? '')?.[1];
  return app === undefined ? '' : `, by the app for ${app === 'android' ? 'Android' : app}`;
}

import { describe, expect, it } from 'vitest';
import { type AdviceFacts, adviceFor, LoginTokens } from '../../src/runtime/home-advice.ts';

const user = { id: 'u1', name: 'Hassette', is_admin: true, is_owner: false };
const current = {
  type: 'long_lived_access_token',
  client_name: 'daemon',
  created_at: '2026-11-01T08:00:00+00:00',
  last_used_at: '2026-11-21T08:00:00+00:00',
  is_current: true,
};
const session = {
  type: 'normal',
  client_id: 'http://homeassistant.local:8123/',
  created_at: '2026-11-01T07:55:00+00:00',
  last_used_at: '2026-11-01T09:10:00+00:00',
};

const about = (facts: Partial<AdviceFacts>): readonly string[] =>
  adviceFor({ user, logins: [current], entities: {}, clockOffsetMs: 0, ...facts }).map(
    (advice) => `${advice.about}: ${advice.message}`,
  );
const person = (userId: string) => ({
  'person.anna': { a: { user_id: userId } },
  'light.a': { a: { user_id: userId } },
});

describe('advice on the user of a token', () => {
  it('is not needed for one that only the daemon uses', () => {
    expect(about({ logins: [current, session], entities: person('u2') })).toEqual([]);
  });

  it('tells a person by the entity that stands for them', () => {
    expect(about({ entities: person('u1') })).toEqual([
      'user: its user "Hassette" is a person: person.anna stands for them',
    ]);
  });

  it('tells a person by a login in use long after the token was made', () => {
    const phone = {
      ...session,
      client_id: 'https://home-assistant.io/android',
      last_used_at: '2026-11-20T18:00:00+00:00',
    };
    const browser = { ...session, last_used_at: '2026-11-19T18:00:00+00:00' };
    expect(about({ logins: [browser, phone, current] })).toEqual([
      'user: its user "Hassette" is a person: somebody was logged in as them on 2026-11-20, by the app for Android',
    ]);
  });

  it('takes the owner for a person, if not for certain', () => {
    expect(about({ user: { ...user, is_owner: true } })).toEqual([
      'user: its user "Hassette" seems to be a person: it is the owner, by whom the home was set up',
    ]);
  });

  it('says what it costs, and how to make another', () => {
    const [advice] = adviceFor({ user, logins: undefined, entities: person('u1'), clockOffsetMs: 0 });
    expect(advice?.cost).toContain('its `cause` is "unknown" and never "user"');
    expect(advice?.remedy).toMatch(/add a user for the daemon alone: an administrator.*delete that\.$/);
  });

  it('names other programs that have tokens of the same user, and use them', () => {
    const other = { ...current, client_name: 'Node-RED', is_current: false };
    const old = { ...other, client_name: 'old', last_used_at: '2026-10-01T08:00:00+00:00' };
    const unused = { ...other, client_name: 'unused', last_used_at: null };
    expect(about({ logins: [other, old, unused, current] })).toEqual([
      'shared user: its user "Hassette" has other access tokens in use: "Node-RED"',
    ]);
    expect(about({ logins: [other] })).toEqual([]);
  });

  it('wants an administrator', () => {
    expect(about({ user: { ...user, is_admin: false } })).toEqual(['rights: its user "Hassette" is no administrator']);
  });

  it('says nothing of what the home does not tell', () => {
    expect(about({ user: undefined, logins: undefined, entities: person('u1') })).toEqual([]);
  });
});

describe('advice on the clock of a home', () => {
  it.each([
    [1999, []],
    [-1999, []],
    [2340, ["clock: its clock is 2.3s ahead of this machine's"]],
    [-3_661_400, ["clock: its clock is 1h1m1s behind this machine's"]],
  ])('for %i ms is %j', (clockOffsetMs, advice) => {
    expect(about({ clockOffsetMs })).toEqual(advice);
  });
});

describe('the answer to auth/refresh_tokens', () => {
  it('is read as Home Assistant 2026.11 gives it', () => {
    const answer = [
      {
        auth_provider_type: 'homeassistant',
        client_icon: null,
        client_id: 'http://127.0.0.1:39837/',
        client_name: null,
        created_at: '2026-11-21T17:40:24.257870+00:00',
        expire_at: '2027-02-19T17:40:24.257909+00:00',
        id: '134bee0fca6d4a45aa4e44b7067bd9fc',
        is_current: false,
        last_used_at: '2026-11-21T17:40:24.257909+00:00',
        last_used_ip: '127.0.0.1',
        type: 'normal',
      },
    ];
    expect(LoginTokens.parse(answer)).toMatchObject([{ type: 'normal', is_current: false }]);
    expect(LoginTokens.safeParse({ code: 'unknown_command' }).success).toBe(false);
  });
});

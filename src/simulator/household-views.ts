import { type Answer, type Asked, message, unauthorized } from './rest-answer.ts';

export function configEntries({ home, query }: Asked): Answer {
  const kinds = query.getAll('type');
  const entries = home.household.integrations.entries(
    query.get('domain') ?? undefined,
    kinds.length > 0 ? kinds : undefined,
  );
  return { text: { json: JSON.stringify(entries), compress: true } };
}

export function removeEntry({ home, user, parts: [id = ''] }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  if (home.household.integrations.entry(id) === undefined) return message('Invalid entry specified', 404);
  home.household.integrations.remove(id);
  return { json: { require_restart: false } };
}

export function reloadEntry({ home, user, parts: [id = ''] }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  if (home.household.integrations.entry(id) === undefined) return message('Invalid entry specified', 404);
  return { json: { require_restart: false } };
}

export function automationConfig({ home, user, parts: [id = ''] }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  const config = home.household.automations.configOf(id);
  return config === undefined ? message('Resource not found', 404) : { json: config };
}

export function webhook({ home, parts: [id = ''], query, body, method, contentType }: Asked): Answer {
  home.webhooks.call(id, { method, query: Object.fromEntries(query), body, contentType });
  return { nothing: true };
}

export function authProviders(): Answer {
  const provider = { name: 'Home Assistant Local', id: null, type: 'homeassistant' };
  return { json: { providers: [provider], preselect_remember_me: true } };
}

/** Nobody logs in to a simulated home: its tokens are known from the start, so no code and no refresh token is valid. */
export function authToken({ body }: Asked): Answer {
  const refuse = (error: string, more: Readonly<Record<string, string>> = {}): Answer => ({
    status: 400,
    json: { error, ...more },
  });
  const grant = new URLSearchParams(body).get('grant_type');
  if (grant === 'authorization_code') return refuse('invalid_request', { error_description: 'Invalid code' });
  return refuse(grant === 'refresh_token' ? 'invalid_grant' : 'unsupported_grant_type');
}

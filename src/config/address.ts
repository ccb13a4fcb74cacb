import { z } from 'zod';

type Reading = { readonly kind: 'address'; readonly url: string } | { readonly kind: 'problem'; readonly hint: string };

const example = 'http://homeassistant.local:8123';

/**
 * Reads the address of a Home Assistant as people write it. What is left has no trailing slash, so that paths can be
 * put behind it.
 */
export function readAddress(text: string): Reading {
  const bare = text.trim();
  if (/^["'].*["']$/.test(bare)) {
    return { kind: 'problem', hint: 'Take away the quotes that are part of the value.' };
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(bare)) {
    return { kind: 'problem', hint: `Begin it with http:// or https://, as in ${example}.` };
  }
  if (!URL.canParse(bare)) {
    const openIpv6 = /^[a-z]+:\/\/[^/[\]]*:[^/[\]]*:/i.test(bare);
    return {
      kind: 'problem',
      hint: openIpv6
        ? 'An IPv6 address stands in brackets, as in http://[fd00::1]:8123.'
        : `It should look like ${example}.`,
    };
  }
  const url = new URL(bare);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return {
      kind: 'problem',
      hint: `Use http:// or https:// in place of ${url.protocol}//; the socket's address follows from it.`,
    };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      kind: 'problem',
      hint: 'Home Assistant takes no user and password here; give a long-lived access token as "token".',
    };
  }
  if (url.search !== '' || url.hash !== '') {
    return {
      kind: 'problem',
      hint: `Take away what follows the "${url.search === '' ? '#' : '?'}"; it should look like ${example}.`,
    };
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (/\/api(\/websocket)?$/.test(path)) {
    return { kind: 'problem', hint: 'Give the address without /api, as a browser would open it.' };
  }
  return { kind: 'address', url: url.origin + path };
}

/** The schema of a home's address; its output is normalised. */
export const address = z.string().transform((text, context) => {
  const reading = readAddress(text);
  if (reading.kind === 'address') return reading.url;
  context.addIssue({ code: 'custom', params: { expected: 'the address of a Home Assistant', hint: reading.hint } });
  return z.NEVER;
});

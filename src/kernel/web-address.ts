type Reading =
  | {
      readonly kind: 'address';
      readonly url: URL;
      /** Scheme, host, port and path, without a slash at the end, so that paths can be put behind it. */
      readonly base: string;
    }
  | { readonly kind: 'problem'; readonly hint: string };

/**
 * Reads the address of something that is reached by HTTP, as people write it.
 *
 * @param example - what a right one looks like, for the hints.
 */
export function readWebAddress(text: string, example: string): Reading {
  const bare = text.trim();
  if (/^["'].*["']$/.test(bare)) return problem('Take away the quotes that are part of the value.');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(bare)) return problem(`Begin it with http:// or https://, as in ${example}.`);
  if (!URL.canParse(bare)) {
    const openIpv6 = /^[a-z]+:\/\/[^/[\]]*:[^/[\]]*:/i.test(bare);
    return problem(
      openIpv6 ? 'An IPv6 address stands in brackets, as in http://[fd00::1]:8123.' : `It should look like ${example}.`,
    );
  }
  const url = new URL(bare);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return problem(`Use http:// or https:// in place of ${url.protocol}//; the socket's address follows from it.`);
  }
  if (url.username !== '' || url.password !== '') {
    return problem('User and password have no place in it; give a long-lived access token as "token".');
  }
  if (url.search !== '' || url.hash !== '') {
    return problem(`Take away what follows the "${url.search === '' ? '#' : '?'}"; it should look like ${example}.`);
  }
  return { kind: 'address', url, base: url.origin + url.pathname.replace(/\/+$/, '') };
}

function problem(hint: string): Reading {
  return { kind: 'problem', hint };
}

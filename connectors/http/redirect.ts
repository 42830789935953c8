import { HttpRequestError } from './http-request-error.ts';
import { parseRequestURL } from './request-url.ts';
import type { Hop } from './send-hop.ts';

/**
 * What may follow a redirect to another origin. An allow-list, because any other header a caller sets may be a
 * credential under a vendor's own name.
 */
const CARRIED_TO_ANOTHER_ORIGIN = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'if-range',
  'range',
  'user-agent',
]);

/** The request that a redirect asks for; its address is judged like any other when it is sent. */
export function nextHop(hop: Hop, statusCode: number, location: string): Hop {
  const url = redirectURL(hop.url, location);
  const kept = url.origin === hop.url.origin ? hop.headers : withoutCredentials(hop.headers);
  if (!becomesGet(hop.method, statusCode)) return { ...hop, url, headers: kept };
  return { ...hop, url, method: 'GET', body: undefined, headers: withoutContentType(kept) };
}

function redirectURL(from: URL, location: string): URL {
  let url: URL;
  try {
    url = parseRequestURL(location, from);
  } catch (error) {
    const reason = error instanceof HttpRequestError ? ` ${error.message}` : '';
    throw new HttpRequestError(
      'http.invalid_redirect',
      `${from.host} redirects to where no request can go.${reason}`,
      { cause: error },
    );
  }
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    throw new HttpRequestError(
      'http.insecure_redirect',
      `${from.host} redirects from https to http on ${url.host}, which is not followed.`,
    );
  }
  return url;
}

/** As browsers do: 303 always, 301 and 302 for POST; 307 and 308 repeat the request. */
function becomesGet(method: string, statusCode: number): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return statusCode === 303 || (method === 'POST' && (statusCode === 301 || statusCode === 302));
}

function withoutCredentials(headers: Hop['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => CARRIED_TO_ANOTHER_ORIGIN.has(name.toLowerCase())),
  );
}

function withoutContentType(headers: Hop['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('content-')),
  );
}

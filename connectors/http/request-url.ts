import { HttpRequestError } from './http-request-error.ts';

/** Parses a URL that a request may go to: http or https, a host, no user name or password in it. */
export function parseRequestURL(input: string | URL, base?: URL): URL {
  const url = URL.parse(String(input), base?.href);
  if (url === null) throw new HttpRequestError('http.invalid_url', 'The URL cannot be parsed.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HttpRequestError(
      'http.unsupported_scheme',
      `A URL that begins with ${url.protocol} cannot be requested: only http and https are supported.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new HttpRequestError(
      'http.userinfo_not_allowed',
      `The URL of ${url.host} holds a user name or password: put them into an authentication instead.`,
    );
  }
  return url;
}

/** How errors name a URL: host and path, without the query string, which may hold a key. */
export function describeURL(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** The port that a request to this URL connects to. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

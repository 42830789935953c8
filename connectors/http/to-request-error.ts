import { HttpRequestError, type HttpErrorCode } from './http-request-error.ts';
import { describeURL } from './request-url.ts';

const LOST = {
  code: 'http.connection_lost',
  says: 'closed the connection before the answer was complete',
} as const;

/** What Node's error codes mean for the caller. Codes of TLS and of the HTTP parser are told by their form instead. */
const KNOWN: Readonly<Record<string, { code: HttpErrorCode; says: string }>> = {
  ENOTFOUND: { code: 'http.not_found_host', says: 'has a host name that is not known' },
  EAI_AGAIN: { code: 'http.connection_lost', says: 'has a host name that could not be looked up just now' },
  ECONNREFUSED: { code: 'http.connection_refused', says: 'refused the connection' },
  EHOSTUNREACH: { code: 'http.connection_refused', says: 'cannot be reached' },
  ENETUNREACH: { code: 'http.connection_refused', says: 'cannot be reached' },
  ETIMEDOUT: { code: 'http.timeout', says: 'could not be connected to in time' },
  ECONNRESET: LOST,
  EPIPE: LOST,
};

/**
 * Turns what a socket, the TLS layer or the HTTP parser throws into an `HttpRequestError`. An abort passes as it is:
 * the caller asked for it. The original is kept as cause, its text is not repeated.
 */
export function toRequestError(error: Error, hop: { url: URL; signal: AbortSignal }): Error {
  if (error instanceof HttpRequestError) return error;
  if (hop.signal.aborted && (error === hop.signal.reason || !(hop.signal.reason instanceof Error)))
    return error;
  const { code, says } = classify(codeOf(error));
  return new HttpRequestError(code, `${describeURL(hop.url)} ${says}.`, { cause: error });
}

function classify(code: string): { code: HttpErrorCode; says: string } {
  const known = KNOWN[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return { code: 'http.invalid_response', says: 'did not answer in valid HTTP' };
  if (/CERT|TLS|SSL|ISSUER|SIGNATURE/.test(code)) {
    return { code: 'http.tls', says: `cannot be trusted: its certificate or TLS failed (${code})` };
  }
  return LOST;
}

function codeOf(error: Error): string {
  // When several addresses were tried, the first failure speaks for all.
  const spoken =
    error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return 'code' in spoken && typeof spoken.code === 'string' ? spoken.code : '';
}

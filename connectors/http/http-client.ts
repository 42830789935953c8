import { createAddressPolicy } from './address-policy.ts';
import { createGuardedAgents } from './guarded-agents.ts';
import type { Resolve } from './guarded-connection.ts';
import { HttpRequestError } from './http-request-error.ts';
import { nextHop } from './redirect.ts';
import { parseRequestURL } from './request-url.ts';
import { sendHop, type Hop } from './send-hop.ts';
import type { NetworkPolicy } from './network-policy.ts';
import { DEFAULT_TIMEOUTS, type HttpTimeouts } from './http-timeouts.ts';
import type { HttpResponse } from './http-response.ts';

interface HttpRequest {
  readonly method: string;
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent again when a redirect asks for it; never changed. */
  readonly body?: Uint8Array | string;
  /** Aborting rejects with the signal's reason, or destroys the body with it. */
  readonly signal: AbortSignal;
  readonly timeouts?: Partial<Omit<HttpTimeouts, 'connectMilliseconds'>>;
  /** 5 by default; with 0 the first redirect is an error. */
  readonly maxRedirects?: number;
}

export interface HttpClient {
  /** Sends one request and resolves with its answer, whatever the status. Errors: `HttpRequestError`. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends all connections, also those in use. */
  close(): void;
}

export interface HttpClientOptions {
  readonly timeouts?: Partial<HttpTimeouts>;
  /** How names become addresses; the system's resolver by default. */
  readonly resolve?: Resolve;
}
const DEFAULT_MAX_REDIRECTS = 5;

/**
 * The only way out of this machine. Every connection goes to a public address, a range of `network.allowPrivate` or a
 * host of `network.trustedHosts`; names are resolved here and all their addresses judged, on every hop of a redirect.
 * Any port is reachable: a public server may listen where it likes, and what is private is guarded by its address.
 */
export function createHttpClient(network: NetworkPolicy, options: HttpClientOptions = {}): HttpClient {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const agents = createGuardedAgents({
    policy: createAddressPolicy(network),
    connectMilliseconds: timeouts.connectMilliseconds,
    ...(options.resolve ? { resolve: options.resolve } : {}),
  });

  return {
    request: async (request) => {
      let hop: Hop = {
        method: request.method,
        url: parseRequestURL(request.url),
        headers: request.headers ?? {},
        body: request.body,
        signal: request.signal,
        timeouts: { ...timeouts, ...request.timeouts },
      };
      const maxRedirects = request.maxRedirects ?? DEFAULT_MAX_REDIRECTS;
      for (let redirects = 0; ; redirects += 1) {
        const response = await sendHop(agents, hop);
        const location = redirectTarget(response);
        if (location === undefined) return response;
        // Not drained: a hostile server could make the body of a redirect endless.
        response.body.destroy();
        if (redirects >= maxRedirects) {
          throw new HttpRequestError(
            'http.too_many_redirects',
            `${hop.url.host} redirects more often than the ${maxRedirects} times that are followed.`,
          );
        }
        hop = nextHop(hop, response.statusCode, location);
      }
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function redirectTarget(response: HttpResponse): string | undefined {
  return REDIRECTS.has(response.statusCode) ? response.headers['location'] : undefined;
}

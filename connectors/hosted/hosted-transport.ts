import type { HostedAccess } from '../../core/links/hosted-api.ts';
import {
  HostedRefusedError,
  HostedThrottledError,
  HostedUnreachableError,
} from '../../core/links/hosted-api.ts';
import type { HttpClient } from '../http/http-client.ts';
import { HttpRequestError, type HttpErrorCode } from '../http/http-request-error.ts';
import { readBody } from '../http/read-body.ts';
import type { HttpResponse } from '../http/http-response.ts';

/** Algolia's own clients give a request 25 s. */
const TIMEOUT_MILLISECONDS = 25_000;
/** A page of 100 events with 32 KB of data each fits. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const DEFAULT_RETRY_AFTER_SECONDS = 30;
const MAX_RETRY_AFTER_SECONDS = 900;

/** Errors that come before any byte of the request is sent. */
const UNSENT: ReadonlySet<HttpErrorCode> = new Set<HttpErrorCode>([
  'http.invalid_url',
  'http.unsupported_scheme',
  'http.userinfo_not_allowed',
  'http.address_not_allowed',
  'http.not_found_host',
  'http.connection_refused',
  'http.tls',
]);

interface HostedRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query, encoded. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request and answers its JSON; a status other than 200 is the error that it means. */
export type SendToHosted = (request: HostedRequest) => Promise<unknown>;

export function createHostedTransport(
  access: HostedAccess,
  { baseURL, http }: { readonly baseURL: string; readonly http: HttpClient },
): SendToHosted {
  const sendOnce: SendToHosted = async ({ method, path, body, headers }) => {
    access.beforeRequest();
    try {
      const response = await http.request({
        method,
        url: `${baseURL.replace(/\/$/, '')}${path}`,
        headers: {
          'content-type': 'application/json',
          'x-algolia-application-id': access.applicationID,
          'x-algolia-api-key': access.apiKey.reveal(),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
        // The key goes to Algolia and to nobody that Algolia's host may name.
        maxRedirects: 0,
      });
      return readAnswer(response, await readBody(response, MAX_ANSWER_BYTES));
    } catch (error) {
      throw toHostedError(error);
    }
  };
  return async (request) => {
    try {
      return await sendOnce(request);
    } catch (error) {
      // A connection that was kept can end just then. What only reads may be asked twice; what starts something may not.
      if (request.method !== 'GET' || !(error instanceof HostedUnreachableError)) throw error;
      return sendOnce(request);
    }
  };
}

function readAnswer({ statusCode, headers }: HttpResponse, bytes: Buffer): unknown {
  if (statusCode === 429) throw new HostedThrottledError(retryAfterSeconds(headers['retry-after']));
  if (statusCode >= 500) {
    throw new HostedUnreachableError(`Algolia answered ${statusCode}.`, { isUnsent: false });
  }
  const text = bytes.toString('utf8');
  if (statusCode !== 200) throw new HostedRefusedError(statusCode, describeRefusal(statusCode, text));
  const json: unknown = JSON.parse(text);
  return json;
}

function describeRefusal(status: number, text: string): string {
  const [, message = ''] = /"message"\s*:\s*"([^"\\]{1,500})"/.exec(text) ?? [];
  return `Algolia answered ${status}${message === '' ? '.' : `: ${message}`}`;
}

function retryAfterSeconds(header: string | undefined): number {
  const seconds = /^\d+$/.test(header ?? '') ? Number(header) : DEFAULT_RETRY_AFTER_SECONDS;
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, seconds));
}

function toHostedError(error: unknown): unknown {
  if (error instanceof HttpRequestError) {
    return new HostedUnreachableError(error.message, { cause: error, isUnsent: UNSENT.has(error.code) });
  }
  if (error instanceof SyntaxError) {
    return new HostedUnreachableError('Algolia answered with what is not JSON.', { isUnsent: false });
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new HostedUnreachableError('Algolia did not answer in time.', { isUnsent: false });
  }
  return error;
}

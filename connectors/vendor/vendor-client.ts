import type { Readable } from 'node:stream';
import type { Clock } from '../../core/foundation/clock.ts';
import { SourceError } from '../../core/runs/source-error.ts';
import { createHttpClient, type HttpClient } from '../http/http-client.ts';
import { HttpRequestError } from '../http/http-request-error.ts';
import { readBody } from '../http/read-body.ts';
import { describeURL } from '../http/request-url.ts';
import type { NetworkPolicy } from '../http/network-policy.ts';
import type { HttpTimeouts } from '../http/http-timeouts.ts';
import type { HttpResponse } from '../http/http-response.ts';

/** A vendor's page can be large; more than this is no page. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** How often in a row one request is put off because the vendor asks for it. */
const MAX_WAITS = 10;
const MAX_WAIT_MILLISECONDS = 60_000;
const DEFAULT_WAIT_MILLISECONDS = 2_000;
/** Of a vendor's own words in an error. */
const MAX_SAID_LENGTH = 300;

export interface VendorClientOptions {
  /** As messages name it: commercetools, BigCommerce. */
  readonly vendor: string;
  readonly network: NetworkPolicy;
  readonly clock: Clock;
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
  /** The headers that prove who asks; asked for again, with `isRefused`, when the vendor answered 401. */
  readonly authorize: (isRefused: boolean, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
  /** What somebody has to check when the vendor refuses access: the authentication's fields and the rights it needs. */
  readonly accessAdvice: string;
  /**
   * How long the vendor's headers ask to wait before the next request, in milliseconds; looked at in every answer.
   * `Retry-After` is understood without it.
   */
  readonly waitOf?: (headers: Readonly<Record<string, string>>) => number | undefined;
  /** The vendor's own sentence within the text of a refusal; it must hold no credential. */
  readonly messageOf?: (text: string) => string | undefined;
}

interface VendorRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form, in place of a body. */
  readonly form?: Readonly<Record<string, string>>;
  /** Statuses that are no failure beside 200 to 299. */
  readonly accepts?: readonly number[];
  readonly signal: AbortSignal;
}

interface VendorAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed; `undefined` where there is no body. */
  readonly body: unknown;
  readonly sizeBytes: number;
}

interface VendorBytes {
  readonly statusCode: number;
  readonly bytes: Buffer;
}

/** Speaks to one vendor's JSON API at the pace that its answers ask for. Errors: `SourceError`. */
export interface VendorClient {
  send(request: VendorRequest): Promise<VendorAnswer>;
  /** The same without parsing what comes, for answers whose numbers no double can hold. */
  sendForBytes(request: VendorRequest): Promise<VendorBytes>;
  /** The same for answers that are not read whole; no authorization is sent. */
  download(request: Pick<VendorRequest, 'url' | 'headers' | 'signal'>): Promise<Readable>;
  close(): void;
}

/**
 * 429 and 503 are waited for where the answer says how long (429 also where it does not), at most a minute each and ten
 * times in a row. Other statuses from 500 on and broken connections are `retryable` errors for the run to try again;
 * 401 is answered with fresh authorization once; the rest is fatal.
 */
export function createVendorClient(options: VendorClientOptions): VendorClient {
  const http = createHttpClient(options.network, {
    timeouts: { headersMilliseconds: 30_000, ...options.timeouts },
  });
  return {
    send: async (request) => readAnswer(options, await sendPaced(options, http, request)),
    sendForBytes: async (request) => {
      const response = await sendPaced(options, http, request);
      return { statusCode: response.statusCode, bytes: await read(response) };
    },
    download: async ({ url, headers = {}, signal }) => {
      const response = await request(http, { method: 'GET', url, headers, signal });
      if (response.statusCode === 200) return response.body;
      throw await refusal(options, response);
    },
    close: () => http.close(),
  };
}

async function sendPaced(
  options: VendorClientOptions,
  http: HttpClient,
  { method = 'GET', url, headers, body, form, accepts = [], signal }: VendorRequest,
): Promise<HttpResponse> {
  let isRefused = false;
  for (let waits = 0; ;) {
    const authorization = await options.authorize(isRefused, signal);
    const response = await request(http, {
      method,
      url,
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'millrace',
        ...headers,
        ...authorization,
        ...typeOf(body, form),
      },
      ...contentOf(body, form),
      // The credentials are for this vendor and for nobody that it may name.
      maxRedirects: 0,
    });
    const { statusCode } = response;
    const milliseconds = waitFor(options, response);
    if (isSuccess(statusCode) || accepts.includes(statusCode)) {
      if (milliseconds > 0) await options.clock.sleep(milliseconds, signal);
      return response;
    }
    if (statusCode === 401 && !isRefused) {
      response.body.destroy();
      isRefused = true;
      continue;
    }
    if (milliseconds === 0 || waits === MAX_WAITS) throw await refusal(options, response);
    response.body.destroy();
    waits += 1;
    await options.clock.sleep(milliseconds, signal);
  }
}

function typeOf(body: unknown, form: VendorRequest['form']): Record<string, string> {
  if (form !== undefined) return { 'content-type': 'application/x-www-form-urlencoded' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

function contentOf(body: unknown, form: VendorRequest['form']): { body?: string } {
  if (form !== undefined) return { body: new URLSearchParams(form).toString() };
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** 0 where there is nothing to wait for. */
function waitFor({ waitOf, clock }: VendorClientOptions, { statusCode, headers }: HttpResponse): number {
  const asked =
    waitOf?.(headers) ?? (statusCode === 429 || statusCode === 503 ? retryAfter(headers, clock) : undefined);
  const milliseconds = asked ?? (statusCode === 429 ? DEFAULT_WAIT_MILLISECONDS : 0);
  return Math.min(MAX_WAIT_MILLISECONDS, Math.max(0, milliseconds));
}

function retryAfter(headers: Readonly<Record<string, string>>, clock: Clock): number | undefined {
  const header = headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : at - clock.now().getTime();
}

async function request(http: HttpClient, hop: Parameters<HttpClient['request']>[0]): Promise<HttpResponse> {
  try {
    return await http.request(hop);
  } catch (error) {
    throw toSourceError(error);
  }
}

function toSourceError(error: unknown): unknown {
  if (!(error instanceof HttpRequestError)) return error;
  return new SourceError(error.code, error.message, {
    cause: error,
    disposition: error.disposition === 'retryable' ? 'retryable' : 'fatal',
  });
}

async function readAnswer(options: VendorClientOptions, response: HttpResponse): Promise<VendorAnswer> {
  const { statusCode, headers, url } = response;
  const bytes = await read(response);
  const answer = { statusCode, headers, sizeBytes: bytes.length };
  if (bytes.length === 0) return { ...answer, body: undefined };
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    return { ...answer, body };
  } catch (error) {
    const message = `${options.vendor} answered ${describeURL(new URL(url))} with what is not JSON.`;
    throw new SourceError('source.invalid_answer', message, { cause: error, disposition: 'retryable' });
  }
}

async function read(response: HttpResponse): Promise<Buffer> {
  try {
    return await readBody(response, MAX_ANSWER_BYTES);
  } catch (error) {
    throw toSourceError(error);
  }
}

async function refusal(options: VendorClientOptions, response: HttpResponse): Promise<SourceError> {
  const { vendor, accessAdvice, messageOf } = options;
  const { statusCode, url } = response;
  const text = await read(response).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
  const own = messageOf?.(text)?.slice(0, MAX_SAID_LENGTH);
  const says = own === undefined || own === '' ? '' : ` It says: ${own}`;
  const answered = `${vendor} answered ${describeURL(new URL(url))} with ${statusCode}`;
  if (statusCode === 401 || statusCode === 403) {
    return new SourceError('source.access_denied', `${answered}: access was refused. ${accessAdvice}${says}`);
  }
  if (statusCode === 404) {
    return new SourceError(
      'source.not_found',
      `${answered}: there is no such thing. Check the source.${says}`,
    );
  }
  if (statusCode === 429) {
    const message = `${answered}: it wants fewer requests, and did so for as long as was waited.${says}`;
    return new SourceError('source.rate_limited', message, { disposition: 'retryable' });
  }
  if (statusCode >= 500) {
    const message = `${answered}: it has a problem of its own.${says}`;
    return new SourceError('source.server_error', message, { disposition: 'retryable' });
  }
  return new SourceError('source.unexpected_status', `${answered}.${says}`);
}

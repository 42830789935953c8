import { ZodError, type z } from 'zod';
import type { Clock } from '../../../core/foundation/clock.ts';
import type { Secret } from '../../../core/foundation/secret.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { HttpRequestError } from '../../http/http-request-error.ts';
import { readBody } from '../../http/read-body.ts';
import type { HostRotation } from './host-rotation.ts';
import { readRefusal } from './read-refusal.ts';
import { retryDelay } from './retry-delay.ts';
import {
  MissingIndexError,
  PassingSearchError,
  RefusedSearchError,
  type Refusal,
} from './search-failures.ts';
import type { HttpResponse } from '../../http/http-response.ts';

interface SearchRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query below the host, encoded. */
  readonly path: string;
  readonly body?: Uint8Array | string;
  /**
   * Told once nobody reads `body` any more, so that its memory can be used again. Never told when that is not certain:
   * after a failed attempt, or when the answer came before the body was sent whole.
   */
  readonly onBodyFree?: () => void;
  readonly signal: AbortSignal;
}

/**
 * Sends requests to the Search API and owns all their retries: each is sent again, byte for byte, until it is answered,
 * refused or the patience is over. Every request of this connector may therefore be applied more than once.
 */
export interface SearchTransport {
  send<Answer>(request: SearchRequest, schema: z.ZodType<Answer>): Promise<Answer>;
}

export interface SearchTransportOptions {
  readonly applicationID: string;
  readonly apiKey: Secret;
  readonly hosts: HostRotation;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called right before each attempt; what it throws ends the request. */
  readonly beforeRequest?: () => void;
  /** The search service by default. */
  readonly service?: ServiceWords;
}

/** How messages speak of the service that answers. */
export interface ServiceWords {
  readonly name: string;
  /** What has to be checked, besides the application ID and that the key is active, when it refuses the key. */
  readonly accessAdvice: string;
}

const SEARCH_SERVICE: ServiceWords = {
  name: 'The search service',
  accessAdvice:
    'that it has the rights addObject, deleteObject, deleteIndex, settings, editSettings and listIndexes, ' +
    'for append also search, and that it may reach this index and, for replace, the indices named after it followed by _tmp_',
};

/** How long a host that does not answer is tried again before the run is told, and a busy one likewise. */
const PATIENCE_UNAVAILABLE_MILLISECONDS = 60_000;
const PATIENCE_OVERLOADED_MILLISECONDS = 300_000;
/** Algolia's own clients give a write 30 s. */
const TIMEOUTS = { headersMilliseconds: 30_000, idleMilliseconds: 30_000 };
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Connects the Search API of one application with one key. */
export function createSearchTransport(options: SearchTransportOptions): SearchTransport {
  const { hosts, clock } = options;
  return {
    send: async (request, schema) => {
      const startedAt = clock.now().getTime();
      let allHostsUnknown = true;
      for (let attempt = 0; ; attempt += 1) {
        const host = hosts.current();
        options.beforeRequest?.();
        try {
          const { answer, isBodySent } = await exchange(options, host, request);
          const parsed = schema.parse(answer);
          if (attempt === 0 && isBodySent) request.onBodyFree?.();
          return parsed;
        } catch (error) {
          const failure = asPassing(error, host);
          if (!failure.overloaded) hosts.failed(host);
          allHostsUnknown &&= failure.hostUnknown;
          if (allHostsUnknown && attempt + 1 >= hosts.count) throw unknownApplication(options.applicationID);
          const patience = failure.overloaded
            ? PATIENCE_OVERLOADED_MILLISECONDS
            : PATIENCE_UNAVAILABLE_MILLISECONDS;
          const delay = retryDelay({ attempt, failure, hosts: hosts.count, random: options.random });
          if (clock.now().getTime() + delay - startedAt > patience) throw failure;
          if (delay > 0) await clock.sleep(delay, request.signal);
        }
      }
    },
  };
}

/** One attempt at one host: the parsed answer, or the error that its status means. */
async function exchange(
  options: SearchTransportOptions,
  host: string,
  request: SearchRequest,
): Promise<{ answer: unknown; isBodySent: boolean }> {
  const response = await options.http.request({
    method: request.method,
    url: `${host}${request.path}`,
    headers: {
      'x-algolia-application-id': options.applicationID,
      'x-algolia-api-key': options.apiKey.reveal(),
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'Millrace',
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: request.signal,
    timeouts: TIMEOUTS,
    // The key must not follow a redirect, and the API never sends one.
    maxRedirects: 0,
  });
  const body = await readBody(response, MAX_ANSWER_BYTES);
  if (response.statusCode === 200 || response.statusCode === 201) {
    return { answer: JSON.parse(body.toString('utf8')), isBodySent: response.isRequestSent() };
  }
  const hide = (text: string) => text.replaceAll(options.apiKey.reveal(), String(options.apiKey));
  throw errorOf(options, response, readRefusal(response.statusCode, body, hide));
}

function errorOf(
  options: SearchTransportOptions,
  response: HttpResponse,
  refusal: Refusal,
): DestinationError {
  const { statusCode, said } = refusal;
  const service = options.service ?? SEARCH_SERVICE;
  if (statusCode === 429 || isQueueFull(said)) {
    return new PassingSearchError('destination.overloaded', `${service.name} is overloaded: "${said}"`, {
      retryAfterMilliseconds: retryAfter(response, options.clock),
    });
  }
  if (statusCode === 401 || statusCode === 403) {
    return forbidden(options.applicationID, said, service);
  }
  if (statusCode === 404) return new MissingIndexError(said);
  if (statusCode === 400 || statusCode === 413 || statusCode === 422) return new RefusedSearchError(refusal);
  if (statusCode < 500 && statusCode !== 408) {
    return new DestinationError(
      'destination.refused',
      `${service.name} answered with status ${statusCode}: "${said}"`,
    );
  }
  return new PassingSearchError('destination.unavailable', `${service.name} failed: "${said}"`);
}

/** Answered with 400 on some infrastructure, though nothing is wrong with the request. */
function isQueueFull(said: string): boolean {
  return /\bqueue\b.*\bfull\b|\btoo many (?:requests|jobs|pending)/i.test(said);
}

function retryAfter(response: HttpResponse, clock: Clock): number {
  const value = response.headers['retry-after'];
  if (value === undefined) return 0;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now().getTime();
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds);
}

/** What may pass is retried; what is a verdict (or a fault of ours) is thrown as it is. */
function asPassing(error: unknown, host: string): PassingSearchError {
  if (error instanceof PassingSearchError) return error;
  if (error instanceof DestinationError) throw error;
  const hostName = new URL(host).host;
  if (error instanceof HttpRequestError) {
    const hostUnknown = error.code === 'http.not_found_host';
    if (error.disposition !== 'retryable' && !hostUnknown) {
      throw new DestinationError('destination.unreachable', `${hostName} cannot be used. ${error.message}`, {
        cause: error,
      });
    }
    return new PassingSearchError('destination.unavailable', error.message, { cause: error, hostUnknown });
  }
  if (!(error instanceof SyntaxError || error instanceof ZodError)) throw error;
  // Something in between answered in the service's place.
  return new PassingSearchError(
    'destination.unavailable',
    `${hostName} did not answer like the Search API: is it the right host?`,
    { cause: error },
  );
}

function forbidden(applicationID: string, said: string, service: ServiceWords): DestinationError {
  return new DestinationError(
    'destination.forbidden',
    `The application ${applicationID} refused the API key ("${said}"). Check the application ID, that the key is active, ` +
      `${service.accessAdvice}.`,
  );
}

function unknownApplication(applicationID: string): DestinationError {
  return new DestinationError(
    'destination.unknown_application',
    `No search hosts are known for the application ${applicationID}: check the application ID.`,
  );
}

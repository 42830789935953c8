import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { GuardedAgents } from './guarded-agents.ts';
import { HttpRequestError } from './http-request-error.ts';
import { describeURL, portOf } from './request-url.ts';
import { toRequestError } from './to-request-error.ts';
import type { HttpTimeouts } from './http-timeouts.ts';
import type { HttpResponse } from './http-response.ts';

/** One request to one URL, redirects not followed. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
  readonly signal: AbortSignal;
  readonly timeouts: Pick<HttpTimeouts, 'headersMilliseconds' | 'idleMilliseconds'>;
}

/** Sends one request; resolves at the last header. The abort signal and the idle watch stay on until the body ended. */
export async function sendHop(agents: GuardedAgents, hop: Hop): Promise<HttpResponse> {
  hop.signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const request = openRequest(agents, hop);
  const watch = createWatch(request, hop);
  // At once: a request whose connection is still being made would only fail when that is done.
  const onAbort = () => reject(hop.signal.reason);
  hop.signal.addEventListener('abort', onAbort, { once: true });
  let answer: IncomingMessage | undefined;
  request.on('error', (error) => {
    const failure = toRequestError(error, hop);
    reject(failure);
    // Bytes after the promised length are noticed after the headers: the body must not pass as whole.
    answer?.destroy(failure);
  });
  request.once('response', (response) => {
    answer = response;
    watch.answered(response);
    translateErrors(response, hop);
    resolve({
      statusCode: response.statusCode ?? 0,
      headers: joinHeaders(response),
      body: response,
      isRequestSent: () => request.writableFinished,
      url: hop.url.href,
    });
  });
  request.once('close', () => {
    watch.stop();
    hop.signal.removeEventListener('abort', onAbort);
    reject(toRequestError(new Error('closed without an answer'), hop));
  });
  request.end(hop.body);
  return promise;
}

function openRequest(agents: GuardedAgents, { method, url, headers, body }: Hop): ClientRequest {
  const options = {
    method,
    // Brackets are how a URL writes an IPv6 address; the socket takes it without.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(url),
    path: `${url.pathname}${url.search}`,
    headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
    // What a hostile server could grow without end is bounded: headers here, redirects and bodies elsewhere.
    maxHeaderSize: 32_768,
  };
  return url.protocol === 'https:'
    ? requestHttps({ ...options, agent: agents.https })
    : requestHttp({ ...options, agent: agents.http });
}

/** Watches over abort, the wait for headers and silence of the peer. */
function createWatch(request: ClientRequest, { url, signal, timeouts }: Hop) {
  let response: IncomingMessage | undefined;
  let headersTimer: NodeJS.Timeout | undefined;
  let socket: Socket | undefined;

  const end = (error: unknown) => (response ?? request).destroy(toError(error));
  const timeout = (what: string, milliseconds: number) =>
    end(new HttpRequestError('http.timeout', `${describeURL(url)} ${what} for ${milliseconds / 1000} s.`));
  const onAbort = () => end(signal.reason);
  const onIdle = () => {
    // Bytes that lie unread say that the reader is slow, not the peer.
    if (response !== undefined && response.readableLength > 0) socket?.setTimeout(timeouts.idleMilliseconds);
    else timeout(response === undefined ? 'took no bytes' : 'sent no bytes', timeouts.idleMilliseconds);
  };

  signal.addEventListener('abort', onAbort, { once: true });
  request.once('socket', (given) => {
    socket = given;
    given.setTimeout(timeouts.idleMilliseconds);
    given.on('timeout', onIdle);
  });
  request.once('finish', () => {
    if (response !== undefined) return;
    const wait = timeouts.headersMilliseconds;
    headersTimer = setTimeout(() => timeout('did not answer', wait), wait);
    // From here on the wait for headers has its own limit, which may be longer.
    socket?.setTimeout(0);
  });
  return {
    answered: (given: IncomingMessage) => {
      response = given;
      clearTimeout(headersTimer);
      socket?.setTimeout(timeouts.idleMilliseconds);
    },
    stop: () => {
      clearTimeout(headersTimer);
      signal.removeEventListener('abort', onAbort);
      socket?.off('timeout', onIdle);
    },
  };
}

/** Whatever ends the body early reaches its reader as an `HttpRequestError`, without a second stream in between. */
function translateErrors(response: IncomingMessage, hop: Hop): void {
  const destroy = response._destroy.bind(response);
  response._destroy = (error, callback) => {
    destroy(error === null ? null : toRequestError(error, hop), callback);
  };
}

function joinHeaders(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  );
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Invoke } from '../lambda/function-definition.ts';
import { ThrottledError } from '../lambda/function-definition.ts';
import { listenOnLoopback } from '../start-up/listen-on-loopback.ts';
import { findRoute, type HttpRoute } from './find-route.ts';
import { jsonAnswer, toHttpAnswer, type HttpAnswer } from './function-response.ts';
import { toRequestEvent } from './request-event.ts';

/** API Gateway's limit for a request's body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Lambda's limit for an event: a binary body arrives a third larger, in base64. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** API Gateway's limit for an integration's answer. */
const INTEGRATION_TIMEOUT_MILLISECONDS = 30_000;

export interface FrontDoorOptions {
  readonly port: number;
  readonly apiID: string;
  readonly accountID: string;
  readonly routes: readonly HttpRoute[];
  readonly invoke: Invoke;
}

export interface FrontDoor {
  readonly url: string;
  /** Takes no new requests; those on their way get `graceMilliseconds`. */
  stop(graceMilliseconds: number): Promise<void>;
}

/** The HTTP API of the template on 127.0.0.1: each request becomes an event of the function, its answer the response. */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const server = createServer((request, response) => {
    const requestID = randomUUID();
    void answerRequest(request, requestID, options).then((answer) =>
      send(request, response, withCorrelationID(answer, requestID)),
    );
  });
  // Longer than clients keep an unused connection, so that it is never closed under a request.
  server.keepAliveTimeout = 75_000;
  const port = await listenOnLoopback(server, options.port);
  return { url: `http://127.0.0.1:${port}`, stop: (graceMilliseconds) => close(server, graceMilliseconds) };
}

/** What the function never saw has its ID from here. */
function withCorrelationID(answer: HttpAnswer, requestID: string): HttpAnswer {
  const isThere = Object.keys(answer.headers).some((name) => name.toLowerCase() === 'correlation-id');
  return isThere ? answer : { ...answer, headers: { ...answer.headers, 'correlation-id': requestID } };
}

async function answerRequest(
  request: IncomingMessage,
  requestID: string,
  options: FrontDoorOptions,
): Promise<HttpAnswer> {
  try {
    const body = await readBody(request);
    if (!body) return jsonAnswer(413, 'Request Entity Too Large');
    const { method = 'GET', url = '/' } = request;
    const match = findRoute(options.routes, method, url);
    if (!match) return jsonAnswer(404, 'Not Found');
    const event = toRequestEvent(
      {
        method,
        url,
        headers: request.headers,
        sourceIP: request.socket.remoteAddress ?? '127.0.0.1',
        body,
      },
      { ...options, ...match, requestID, now: new Date() },
    );
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > MAX_EVENT_BYTES) return jsonAnswer(413, 'Request Entity Too Large');
    return await withTimeout(options.invoke(match.functionName, payload).then(toHttpAnswer));
  } catch (error) {
    return error instanceof ThrottledError
      ? jsonAnswer(503, 'Service Unavailable')
      : jsonAnswer(500, 'Internal Server Error');
  }
}

/**
 * The body, or nothing as soon as it is larger than the gateway takes. The rest is read and dropped: closing now could
 * take the answer from its reader, and a rest that nobody reads would hold up the connection's next request for ever.
 */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const read = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) {
      chunks.push(chunk);
      return;
    }
    chunks.length = 0;
    read.resolve(undefined);
  });
  request.once('end', () => read.resolve(Buffer.concat(chunks)));
  request.once('error', read.reject);
  return read.promise;
}

async function withTimeout(answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  const late = Promise.withResolvers<HttpAnswer>();
  const timer = setTimeout(
    () => late.resolve(jsonAnswer(503, 'Service Unavailable')),
    INTEGRATION_TIMEOUT_MILLISECONDS,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  try {
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  } catch {
    const fallback = jsonAnswer(500, 'Internal Server Error');
    response.writeHead(fallback.status, { ...fallback.headers, 'content-length': fallback.body.length });
    response.end(fallback.body);
    return;
  }
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function close(server: Server, graceMilliseconds: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await closed;
  clearTimeout(timer);
}

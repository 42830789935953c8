import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { AlgoliaError } from './algolia-error.ts';
import { acceptWrite, type Application, type Reply } from './application.ts';
import { checkCredentials } from './check-credentials.ts';
import { applyFaults, faultsPatchSchema, type Failure } from './faults.ts';
import { JsonSyntaxError } from './json/json-scanner.ts';
import { openBody, readBody } from './request-body.ts';
import { matchRoute, type MatchedRoute } from './router.ts';
import { routes } from './routes.ts';
import { parseBodyValue } from './search/search-parameters.ts';

/** Cuts the connection instead of an answer. */
class ConnectionReset extends Error {}

/** Returns the listener of the HTTP server. */
export function createRequestHandler(
  application: Application,
  options: { hasFaultsRoute: boolean },
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      const reply = await answer(application, request, options);
      await delayAnswer(application);
      send(response, 200, reply);
    } catch (error) {
      if (error instanceof ConnectionReset) {
        request.socket.destroy();
        return;
      }
      await delayAnswer(application);
      sendError(request, response, error);
    }
  };
}

async function answer(
  application: Application,
  request: IncomingMessage,
  options: { hasFaultsRoute: boolean },
): Promise<Reply> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const pathname = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  if (pathname === '/1/isalive') return { message: 'server is alive' };
  if (pathname.startsWith('/test/')) return answerTest(application, request, { pathname, ...options });
  checkCredentials(application, request, query);
  const matched = matchRoute(routes, request.method ?? 'GET', pathname);
  const failure = matched.route.kind === 'read' ? undefined : application.faults.failNextWrites.shift();
  if (failure !== undefined) await failBefore(request, failure);
  const reply = await runOperation(application, request, { matched, query });
  if (failure === 'reset-after') throw new ConnectionReset();
  return reply;
}

async function runOperation(
  application: Application,
  request: IncomingMessage,
  { matched, query }: { matched: MatchedRoute; query: URLSearchParams },
): Promise<Reply> {
  const { route, path } = matched;
  if (route.kind !== 'batch' || !application.sink) {
    return route.operation(application, { path, query, body: await readBody(request) });
  }
  const counted = await application.sink.consume(openBody(request));
  const taskID = acceptWrite(application, { type: 'count', indexName: path.indexName, ...counted });
  return { taskID, objectIDs: [] };
}

async function failBefore(request: IncomingMessage, failure: Failure): Promise<void> {
  if (failure === 'reset-after') return;
  // The client must have sent its body before it can read an answer.
  await readBody(request);
  if (failure === 'reset-before') throw new ConnectionReset();
  if (failure === '429') throw new AlgoliaError(429, 'Too many requests: the indexing queue is overloaded');
  throw new AlgoliaError(503, 'Service unavailable');
}

async function answerTest(
  application: Application,
  request: IncomingMessage,
  { pathname, hasFaultsRoute }: { pathname: string; hasFaultsRoute: boolean },
): Promise<Reply> {
  if (pathname === '/test/sink' && application.sink) return { ...application.sink.totals };
  if (pathname !== '/test/faults' || request.method !== 'POST' || !hasFaultsRoute) {
    throw new AlgoliaError(404, `The local index has no ${pathname} as it was started`);
  }
  const patch = faultsPatchSchema.safeParse(parseBodyValue(await readBody(request)));
  if (!patch.success) throw new AlgoliaError(400, z.prettifyError(patch.error));
  applyFaults(application.faults, patch.data);
  return { ...application.faults };
}

async function delayAnswer({ faults }: Application): Promise<void> {
  if (faults.answerDelayMs > 0) await delay(faults.answerDelayMs);
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // What is left of the body must be read, or the client sees a reset instead of the answer.
  request.resume();
  if (error instanceof AlgoliaError) {
    send(response, error.status, { message: error.message, ...error.extra, status: error.status });
    return;
  }
  if (error instanceof JsonSyntaxError) {
    const message = `Invalid JSON payload: unexpected content (near 1:${error.position + 1})`;
    send(response, 400, { message, status: 400 });
    return;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  send(response, 500, { message: 'Internal error of the local index', status: 500 });
}

function send(response: ServerResponse, status: number, reply: Reply): void {
  const body = typeof reply === 'string' || Buffer.isBuffer(reply) ? reply : JSON.stringify(reply);
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

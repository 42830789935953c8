import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';

import type { Log } from '../../core/foundation/logging.ts';
import { toErrorResponse } from './error-response.ts';

/** Headers that the answer to a request gets whatever it turns out to be, an error too. */
export type ResponseHeaders = Record<string, string>;

export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  headers: ResponseHeaders,
) => Promise<APIGatewayProxyStructuredResultV2>;

type HttpMiddleware = middy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

const CORRELATION_HEADER = 'Correlation-ID';

/** What every HTTP function has around its handler: errors as answers, a correlation ID on each, one log line per request. */
export function composeHttpHandler(
  handle: HttpHandler,
  dependencies: { readonly log: Log; readonly now: () => number },
): (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2> {
  // What is attached first runs last on the way out: the answer is complete when it is logged.
  const headersOf = new WeakMap<APIGatewayProxyEventV2, ResponseHeaders>();
  const handleWithHeaders = (event: APIGatewayProxyEventV2) => {
    const headers: ResponseHeaders = {};
    headersOf.set(event, headers);
    return handle(event, headers);
  };
  return middy(handleWithHeaders)
    .use(requestLog(dependencies))
    .use(
      responseHeaders(({ event, context }) => ({
        ...headersOf.get(event),
        [CORRELATION_HEADER]: context.awsRequestId,
      })),
    )
    .use(errorResponses(dependencies.log));
}

function errorResponses(log: Log): HttpMiddleware {
  return {
    onError: (request) => {
      const { response, isExpected } = toErrorResponse(request.error);
      if (!isExpected) {
        log.error('A request failed', request.error, { correlationID: request.context.awsRequestId });
      }
      request.response = response;
    },
  };
}

function responseHeaders(
  headersFor: (request: { event: APIGatewayProxyEventV2; context: Context }) => ResponseHeaders,
): HttpMiddleware {
  const attach: HttpMiddleware['after'] = (request) => {
    if (!request.response) return;
    const headers = { ...request.response.headers, ...headersFor(request) };
    request.response = { ...request.response, headers };
  };
  return { after: attach, onError: attach };
}

/** Neither query, headers nor bodies are logged: each of them may hold credentials. */
function requestLog({ log, now }: { readonly log: Log; readonly now: () => number }): HttpMiddleware {
  const startedAt = new WeakMap<Context, number>();
  const write: HttpMiddleware['after'] = ({ event, context, response }) => {
    log.info('Request answered', {
      correlationID: context.awsRequestId,
      method: event.requestContext.http.method,
      path: event.rawPath.slice(0, MAX_LOGGED_PATH_LENGTH),
      status: response?.statusCode,
      milliseconds: Math.round(now() - (startedAt.get(context) ?? now())),
    });
  };
  return {
    before: ({ context }) => {
      startedAt.set(context, now());
    },
    after: write,
    onError: write,
  };
}

const MAX_LOGGED_PATH_LENGTH = 200;

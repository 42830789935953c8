import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import type { ApiKeys, Caller } from '../../core/applications/api-keys.ts';
import { ForbiddenError, NotFoundError } from '../../core/foundation/errors.ts';
import { errorResponse } from '../middleware/error-response.ts';
import type { HttpHandler } from '../middleware/http-handler.ts';
import type { Operation } from './define-operation.ts';
import type { ApiDependencies } from './dependencies.ts';
import { readHttpRequest, type HttpRequest } from './http-request.ts';
import { readBody } from './request-body.ts';
import { OPERATIONS } from './operations.ts';
import { createRouter } from './router.ts';

/** Answers the Ingestion API. Errors are thrown: the middleware around it turns them into answers. */
export function createHandler(dependencies: () => ApiDependencies): HttpHandler {
  const route = createRouter(OPERATIONS);
  return async (event) => {
    const request = readHttpRequest(event);
    const match = route(request.method, request.path);
    if (match === undefined) {
      throw new NotFoundError('route.not_found', 'There is no operation under this path.');
    }
    if ('allowed' in match) return refuseMethod(match.allowed);
    const caller = await requireCaller(dependencies().apiKeys, request);
    requireRights(caller, match.operation);
    return answer(
      await match.operation.invoke(
        {
          appID: caller.appID,
          parameters: match.parameters,
          query: request.query,
          body: match.operation.body === undefined ? undefined : readRequestBody(event, request),
          idempotencyKey: request.headers['idempotency-key'],
        },
        dependencies(),
      ),
    );
  };
}

async function requireCaller(apiKeys: ApiKeys, { headers, query }: HttpRequest): Promise<Caller> {
  const applicationID = headers['x-algolia-application-id'] ?? query['x-algolia-application-id'];
  const apiKey = headers['x-algolia-api-key'] ?? query['x-algolia-api-key'];
  const caller = applicationID && apiKey ? await apiKeys.identify(applicationID, apiKey) : undefined;
  if (caller === undefined) {
    throw new ForbiddenError('applications.bad_key', 'Invalid Application-ID or API key');
  }
  return caller;
}

function requireRights({ rights }: Caller, { acl }: Operation): void {
  const missing = acl.filter((right) => !rights.has(right));
  if (missing.length === 0) return;
  throw new ForbiddenError('applications.missing_right', `This API key lacks the ACL ${missing.join(', ')}.`);
}

function readRequestBody(event: APIGatewayProxyEventV2, { headers }: HttpRequest): unknown {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return readBody(bytes, headers['content-encoding']);
}

function refuseMethod(allowed: readonly string[]): APIGatewayProxyStructuredResultV2 {
  const methods = allowed.join(', ');
  const response = errorResponse(405, `This path takes ${methods}.`, { code: 'route.method_not_allowed' });
  return { ...response, headers: { ...response.headers, Allow: methods } };
}

function answer(body: unknown): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

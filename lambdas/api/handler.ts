import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import { NotFoundError } from '../../core/foundation/errors.ts';
import { newID } from '../../core/foundation/ids.ts';
import type { HttpHandler } from '../middleware/http-handler.ts';
import type { ApiDependencies } from './dependencies.ts';
import { readHttpRequest, type HttpRequest } from './http-request.ts';
import { readIdempotencyKey, repeatableContent } from './idempotency.ts';
import { applyAllowance, requestClassOf } from './rate-limit.ts';
import { readBody } from './request-body.ts';
import { requireCaller, requireRights } from './require-caller.ts';
import { createPublicDocuments } from './openapi/public-documents.ts';
import { OPERATIONS } from './operations.ts';
import { refuseMethod } from './refuse-method.ts';
import { createRouter } from './router.ts';

/** Answers the Ingestion API. Errors are thrown: the middleware around it turns them into answers. */
export function createHandler(dependencies: () => ApiDependencies): HttpHandler {
  const route = createRouter(OPERATIONS);
  const readPublicDocument = createPublicDocuments(OPERATIONS);
  return async (event, headers) => {
    const request = readHttpRequest(event);
    const document = await readPublicDocument(request.method, request.path);
    if (document) return document;
    const match = route(request.method, request.path);
    if (match === undefined) {
      throw new NotFoundError('route.not_found', 'There is no operation under this path.');
    }
    if ('allowed' in match) return refuseMethod(match.allowed);
    const { operation, parameters } = match;
    const { apiKeys, countRequest, answerOnce, clock } = dependencies();
    const { caller, apiKey } = await requireCaller(apiKeys, request);
    const { appID, isOperator } = caller;
    const { sourceIp: sourceIP } = event.requestContext.http;
    const allowance = await countRequest({ appID, sourceIP, requestClass: requestClassOf(operation) });
    if (allowance) applyAllowance(allowance, headers, clock.now());
    requireRights(caller, operation);
    const bytes = readBytes(event);
    const invoke = async (freshID: string): Promise<string> => {
      const body =
        operation.body === undefined
          ? undefined
          : readRequestBody(bytes, request, operation.maxBodyBytes?.(dependencies()));
      const { query, baseURL } = request;
      const fields = { appID, isOperator, freshID, parameters, query, body, baseURL };
      return JSON.stringify(await operation.invoke(fields, dependencies()));
    };
    const idempotencyKey = readIdempotencyKey(operation, request);
    if (idempotencyKey === undefined) return answer(await invoke(newID()));
    const once = {
      appID,
      operationID: operation.operationID,
      idempotencyKey,
      content: repeatableContent(request, bytes),
      sealUnder: operation.hasSecretAnswer === true ? apiKey : undefined,
    };
    const { text, isReplay } = await answerOnce(once, invoke);
    if (isReplay) headers['Idempotency-Replayed'] = 'true';
    return answer(text);
  };
}

function readBytes(event: APIGatewayProxyEventV2): Uint8Array {
  return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
}

function readRequestBody(bytes: Uint8Array, { headers }: HttpRequest, maxBytes?: number): unknown {
  return readBody(bytes, headers['content-encoding'], maxBytes);
}

function answer(body: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body };
}

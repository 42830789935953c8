import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import { NotFoundError } from '../../core/foundation/errors.ts';
import { newID } from '../../core/foundation/ids.ts';
import type { HttpHandler } from '../middleware/http-handler.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { NdjsonPage } from './define-operation.ts';
import { readHttpRequest, type HttpRequest } from './http-request.ts';
import { readIdempotencyKey, repeatableContent } from './idempotency.ts';
import { applyAllowance, requestClassOf } from './rate-limit.ts';
import { readBody } from './request-body.ts';
import { requireCaller, requireRights } from './require-caller.ts';
import { createPublicDocuments } from './openapi/public-documents.ts';
import { OPERATIONS } from './operations.ts';
import { refuseMethod } from './refuse-method.ts';
import { createRouter } from './router.ts';

/** What to ask for as `after`, where an answer in NDJSON is not all there is. */
const NEXT_HEADER = 'Millrace-Next';

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
    const { query } = request;
    const fieldsOf = (freshID: string) => {
      const body =
        operation.body === undefined
          ? undefined
          : readRequestBody(bytes, request, operation.maxBodyBytes?.(dependencies()));
      return { appID, isOperator, freshID, parameters, query, body, baseURL: request.baseURL };
    };
    if (operation.invokeNdjson !== undefined && query['format'] === 'ndjson') {
      return answerNdjson(await operation.invokeNdjson(fieldsOf(newID()), dependencies()));
    }
    const invoke = async (freshID: string): Promise<string> =>
      JSON.stringify(await operation.invoke(fieldsOf(freshID), dependencies()));
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

function answerNdjson({ lines, next }: NdjsonPage): APIGatewayProxyStructuredResultV2 {
  const headers = {
    'Content-Type': 'application/x-ndjson',
    ...(next === undefined ? {} : { [NEXT_HEADER]: String(next) }),
  };
  return { statusCode: 200, headers, body: lines };
}

import { algoliasearch, type Algoliasearch } from 'algoliasearch';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { randomUUID } from 'node:crypto';

import { checkAgainstOfficialSchema } from './official-schema.ts';

export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

export interface RawRequest {
  readonly method: string;
  /** Path and query, as it stands in a request line. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly requestID: string;
}

/** What API Gateway's HTTP API makes of a request, and the handler's answer to it, which fits Algolia's schema. */
export async function callHandler(handler: ApiHandler, request: RawRequest): Promise<RawResponse> {
  const requestID = randomUUID();
  const answer = await handler(toEvent(request, requestID), { awsRequestId: requestID } as Context);
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  const status = answer.statusCode ?? 200;
  const text = answer.body ?? '';
  if (status === 200 && !request.url.startsWith('/ext/')) {
    checkAgainstOfficialSchema(request.method, request.url.split('?')[0] ?? '', JSON.parse(text));
  }
  return { status, headers: Object.fromEntries(headers), text, requestID };
}

export type IngestionClient = ReturnType<Algoliasearch['initIngestion']>;
type InitOptions = Parameters<Algoliasearch['initIngestion']>[0];
export type ClientOptions = NonNullable<InitOptions['options']>;

/** Algolia's official client whose requests go to the handler instead of over the network. */
export function createIngestionClient(
  handler: ApiHandler,
  keys: { readonly appID: string; readonly apiKey: string },
  options: ClientOptions = {},
): IngestionClient {
  return algoliasearch(keys.appID, keys.apiKey).initIngestion({
    region: 'us',
    options: { ...options, requester: createRequester(handler) },
  });
}

function createRequester(handler: ApiHandler): NonNullable<ClientOptions['requester']> {
  return {
    async send({ method, url, headers, data }) {
      const { pathname, search } = new URL(url);
      const answer = await callHandler(handler, { method, url: pathname + search, headers, body: data });
      return { status: answer.status, content: answer.text, headers: answer.headers, isTimedOut: false };
    },
  };
}

function toEvent({ method, url, headers = {}, body }: RawRequest, requestId: string): APIGatewayProxyEventV2 {
  const [rawPath = '', rawQueryString = ''] = url.split('?');
  const lowerCased = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const isBinary = body instanceof Uint8Array;
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: lowerCased,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
    },
    isBase64Encoded: isBinary,
  };
  if (body === undefined) return event;
  return { ...event, body: isBinary ? Buffer.from(body).toString('base64') : body };
}

import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came, its body read. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly sourceIP: string;
  readonly body: Buffer;
}

export interface RequestEventOptions {
  readonly apiID: string;
  readonly accountID: string;
  readonly routeKey: string;
  /** What stands in the path for the parameters of the route; none for `$default`. */
  readonly pathParameters?: Readonly<Record<string, string>> | undefined;
  readonly requestID: string;
  readonly now: Date;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Bodies of these types travel as text, all others in base64. */
const TEXT_TYPES = /^(text\/|application\/(json|xml|javascript)\b|application\/[\w.-]+\+(json|xml)\b)/i;

/**
 * The event that API Gateway makes of a request to an HTTP API, payload format 2.0
 * (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html). As there, `rawPath`
 * comes decoded and ends at a decoded `?`, `rawQueryString` as it was sent.
 */
export function toRequestEvent(
  request: ReceivedRequest,
  options: RequestEventOptions,
): Record<string, unknown> {
  const { path, query } = splitURL(request.url);
  const { cookie, ...headers } = request.headers;
  const domainName = headers.host ?? '127.0.0.1';
  return {
    version: '2.0',
    routeKey: options.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: joinHeaders(headers, request.sourceIP),
    ...(query === '' ? {} : { queryStringParameters: joinParameters(query) }),
    ...(options.pathParameters === undefined ? {} : { pathParameters: options.pathParameters }),
    requestContext: {
      accountId: options.accountID,
      apiId: options.apiID,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? domainName,
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIP,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: options.requestID,
      routeKey: options.routeKey,
      stage: '$default',
      time: logTime(options.now),
      timeEpoch: options.now.getTime(),
    },
    ...bodyOf(request),
  };
}

function splitURL(url: string): { path: string; query: string } {
  const at = url.indexOf('?');
  const rawPath = at === -1 ? url : url.slice(0, at);
  return { path: decodePath(rawPath).split('?')[0] ?? '/', query: at === -1 ? '' : url.slice(at + 1) };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function joinHeaders(headers: IncomingHttpHeaders, sourceIP: string): Record<string, string> {
  const joined: Record<string, string> = {
    'x-forwarded-for': sourceIP,
    'x-forwarded-proto': 'http',
  };
  for (const [name, value] of Object.entries(headers)) {
    // Hop by hop: the gateway ends the connection and the function never sees them.
    if (value === undefined || HOP_HEADERS.has(name)) continue;
    const text = Array.isArray(value) ? value.join(',') : value;
    joined[name] = name === 'x-forwarded-for' ? `${text}, ${sourceIP}` : text;
  }
  return joined;
}

const HOP_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

function joinParameters(query: string): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

function bodyOf({ body, headers }: ReceivedRequest): Record<string, unknown> {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = headers['content-encoding'] === undefined && TEXT_TYPES.test(headers['content-type'] ?? '');
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/** `12/Mar/2020:19:03:58 +0000`, as in access logs. */
function logTime(date: Date): string {
  const [day, time = ''] = date.toISOString().split('T');
  const [year, month, dayOfMonth] = (day ?? '').split('-');
  return `${dayOfMonth}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

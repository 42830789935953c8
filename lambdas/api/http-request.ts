import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A request without its body. */
export interface HttpRequest {
  readonly method: string;
  /** As it came, percent-encoded or not. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Repeated keys are joined by commas, as clients join arrays; empty values count as absent. */
  readonly query: Readonly<Record<string, string>>;
  /** As the caller reached the API: `https://…`, without a slash at the end. */
  readonly baseURL: string;
}

/** Reads an event of API Gateway's HTTP API, payload 2.0. */
export function readHttpRequest(event: APIGatewayProxyEventV2): HttpRequest {
  return {
    method: event.requestContext.http.method.toUpperCase(),
    path: event.rawPath,
    headers: Object.fromEntries(
      Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value] as const),
    ),
    query: readQuery(event.rawQueryString),
    // API Gateway is reached by https only, and says so; one machine speaks http.
    baseURL: `${event.headers['x-forwarded-proto'] ?? 'https'}://${event.requestContext.domainName}`,
  };
}

function readQuery(text: string): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '') continue;
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return Object.fromEntries(values);
}

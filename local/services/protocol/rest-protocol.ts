import { AwsError } from './aws-error.ts';
import type { Answer } from './endpoint.ts';
import { parseJson } from './json-protocol.ts';
import type { Operation } from './operation.ts';

export interface Route {
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  /** `{Name}` stands for one segment of the path, which joins the input under that name. */
  readonly path: string;
  readonly operation: Operation;
}

/** AWS's REST JSON protocol: the operation's input is put together from the path, the query and the body. */
export function answerRestProtocol(routes: readonly Route[]): Answer {
  return async (request, call) => {
    for (const route of routes) {
      const parameters =
        route.method === request.method ? matchPath(route.path, request.url.pathname) : undefined;
      if (!parameters) continue;
      const body = parseJson(request.body);
      const fields = typeof body === 'object' && body !== null ? body : {};
      const input = { ...fields, ...Object.fromEntries(request.url.searchParams), ...parameters };
      const output = await route.operation(input, call);
      return { status: 200, contentType: 'application/json', body: JSON.stringify(output) };
    }
    const asked = `${request.method} ${request.url.pathname}`;
    throw new AwsError('UnknownOperationException', `The operation ${asked} is not supported here.`, 404);
  };
}

function matchPath(path: string, actual: string): Record<string, string> | undefined {
  const wanted = path.split('/');
  const given = actual.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('{')) parameters[segment.slice(1, -1)] = decodeURIComponent(value);
    else if (segment !== value) return undefined;
  }
  return parameters;
}

/** A route of the HTTP API and the function behind it. */
export interface HttpRoute {
  /** `$default`, or `METHOD /path/{parameter}`. */
  readonly routeKey: string;
  readonly functionName: string;
}

export interface RouteMatch extends HttpRoute {
  readonly pathParameters?: Readonly<Record<string, string>>;
}

/** The route of a request, `$default` where no other fits; nothing when there is no such route. */
export function findRoute(routes: readonly HttpRoute[], method: string, url: string): RouteMatch | undefined {
  const [path = '/'] = url.split('?');
  for (const route of routes) {
    const pathParameters = matchRoute(route.routeKey, method, path);
    if (pathParameters) return { ...route, pathParameters };
  }
  return routes.find(({ routeKey }) => routeKey === '$default');
}

function matchRoute(routeKey: string, method: string, path: string): Record<string, string> | undefined {
  const [wantedMethod, wantedPath = ''] = routeKey.split(' ');
  const wanted = wantedPath.split('/');
  const parts = path.split('/');
  if (wantedMethod !== method || wanted.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    const part = decodePart(parts[index] ?? '');
    if (name.startsWith('{')) {
      if (part === '') return undefined;
      parameters[name.slice(1, -1)] = part;
    } else if (name !== part) return undefined;
  }
  return parameters;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

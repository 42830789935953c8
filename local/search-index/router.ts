import { AlgoliaError } from './algolia-error.ts';
import type { Operation, OperationRequest } from './application.ts';

export interface Route {
  readonly method: string;
  /** Parts that begin with a colon are named; all others are literal. */
  readonly path: string;
  readonly operation: Operation;
  /** Writes are what the faults of writes concern; a sink takes batches. */
  readonly kind: 'read' | 'write' | 'batch';
}

export interface MatchedRoute {
  readonly route: Route;
  readonly path: OperationRequest['path'];
}

/** Finds the first route that fits, so literal paths must stand before those with names; else throws a 404. */
export function matchRoute(routes: readonly Route[], method: string, pathname: string): MatchedRoute {
  const parts = pathname.split('/').map(decodePart);
  for (const route of routes) {
    if (route.method !== method) continue;
    const names = matchParts(route.path.split('/'), parts);
    if (names) return { route, path: { indexName: '', objectID: '', taskID: '', key: '', ...names } };
  }
  throw new AlgoliaError(404, `The local index has no operation ${method} ${pathname}`);
}

function matchParts(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const names: Record<string, string> = {};
  for (const [position, expected] of pattern.entries()) {
    const part = parts[position] ?? '';
    if (expected.startsWith(':') && part !== '') names[expected.slice(1)] = part;
    else if (expected !== part) return undefined;
  }
  return names;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AlgoliaError(400, 'The path is not correctly encoded');
  }
}

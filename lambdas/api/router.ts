import type { Operation } from './define-operation.ts';

/** What a request is for; `allowed` when the path is known but not with this method. */
export type Match =
  | { readonly operation: Operation; readonly parameters: Readonly<Record<string, string>> }
  | { readonly allowed: readonly string[] };

interface Route {
  readonly operation: Operation;
  readonly segments: readonly string[];
}

/** Finds the operation of a path. A fixed segment wins over a parameter: `/1/sources/search` is not a source's ID. */
export function createRouter(
  operations: readonly Operation[],
): (method: string, path: string) => Match | undefined {
  const routes: readonly Route[] = operations
    .map((operation) => ({ operation, segments: operation.path.split('/') }))
    .sort((a, b) => countParameters(a) - countParameters(b));
  return (method, path) => {
    const segments = path.split('/').map(decodeSegment);
    const matching = routes.filter((route) => fits(route, segments));
    if (matching.length === 0) return undefined;
    const route = matching.find(({ operation }) => operation.method === method);
    if (route) return { operation: route.operation, parameters: readParameters(route, segments) };
    return { allowed: [...new Set(matching.map(({ operation }) => operation.method))].sort() };
  };
}

function fits({ segments: pattern }: Route, segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (isParameter(part) ? segments[index] !== '' : part === segments[index]))
  );
}

function readParameters({ segments: pattern }: Route, segments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pattern.flatMap((part, index) =>
      isParameter(part) ? [[part.slice(1, -1), segments[index] ?? ''] as const] : [],
    ),
  );
}

function isParameter(part: string): boolean {
  return part.startsWith('{');
}

function countParameters({ segments }: Route): number {
  return segments.filter(isParameter).length;
}

/** What cannot be decoded stays as it is, and then names nothing. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

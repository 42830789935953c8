import { takePage, type PageRequest, type SortOrder } from '../foundation/pagination.ts';
import type { ListFilter, ListValue, Resource } from './resource.ts';

export interface ListRequest extends PageRequest {
  readonly filter: ListFilter;
  readonly sort: string;
  readonly order: SortOrder;
}

export interface ResourcePage<Body> {
  readonly items: Resource<Body>[];
  /** How many resources match, on all pages. */
  readonly nbItems: number;
}

/** The page that `request` asks for. Equal sort values are ordered by creation, then by id, in the same direction. */
export function pageResources<Body>(
  resources: readonly Resource<Body>[],
  attributesOf: (body: Body) => Readonly<Record<string, ListValue>>,
  request: ListRequest,
): ResourcePage<Body> {
  const direction = request.order === 'asc' ? 1 : -1;
  const matching = resources
    .map((resource) => ({
      resource,
      attributes: {
        ...attributesOf(resource.body),
        createdAt: resource.createdAt,
        updatedAt: resource.updatedAt,
      } as const satisfies Readonly<Record<string, ListValue>>,
    }))
    .filter(({ attributes }) => matches(attributes, request.filter))
    .map(({ resource, attributes }) => ({ resource, key: sortKey(attributes, request.sort, resource) }))
    .sort((a, b) => direction * compareKeys(a.key, b.key))
    .map(({ resource }) => resource);
  return { items: takePage(matching, request), nbItems: matching.length };
}

function matches(attributes: Readonly<Record<string, ListValue>>, filter: ListFilter): boolean {
  return Object.entries(filter).every(([name, wanted]) => {
    if (wanted === undefined) return true;
    const value = attributes[name] ?? null;
    return isList(value) ? value.some((entry) => wanted.includes(entry)) : wanted.includes(value);
  });
}

function isList(value: ListValue): value is readonly string[] {
  return Array.isArray(value);
}

function sortKey(
  attributes: Readonly<Record<string, ListValue>>,
  sort: string,
  resource: Resource<unknown>,
): string[] {
  return [String(attributes[sort] ?? ''), resource.createdAt, resource.id];
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

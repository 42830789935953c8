import type { Clock } from '../foundation/clock.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { PageRequest, SortOrder } from '../foundation/pagination.ts';
import { TABLE_KEYS } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { idOfKey, readPage, type ListPart } from '../lists/read-page.ts';
import { countsKey, entriesPartition, readCombinations, scopesOf, valuesOf } from './list-entries.ts';
import { readItems } from './resource-reads.ts';
import type { ListFilter, Resource, ResourceKind } from './resource.ts';

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

/** Every resource has entries in these orders, one with a name in that one too; sorts by other attributes go by creation. */
const ENTRY_ORDERS: readonly string[] = ['createdAt', 'updatedAt', 'name'];

/**
 * The ids of the page that `request` asks for, and how many match. Equal sort values are ordered by creation, then by id,
 * in the same direction. Reads the counts of the scopes that match, then keys as `readPage` says.
 */
export async function listResourceIDs(
  table: TableAccess & { readonly clock: Clock },
  appID: string,
  kind: ResourceKind,
  request: ListRequest,
): Promise<{ ids: string[]; nbItems: number }> {
  const { filter, sort } = request;
  const scopes = scopesOf(filter);
  if (scopes === undefined) {
    throw new InvalidInputError('list.too_many_values', 'Too many IDs to filter by: ask for fewer at once.');
  }
  const items = await readItems(
    table,
    scopes.map((scope) => countsKey(appID, kind, scope)),
  );
  const order = ENTRY_ORDERS.includes(sort) ? sort : 'createdAt';
  const parts = items.flatMap((item) =>
    readCombinations(item)
      .filter(([combination]) => matches(valuesOf(combination), filter))
      .map(([combination, count]): ListPart => {
        const partition = entriesPartition(appID, kind, order, String(item[TABLE_KEYS.sort]));
        return {
          count,
          rank: order === sort ? '' : (valuesOf(combination).get(sort) ?? ''),
          range: {
            partitionName: TABLE_KEYS.partition,
            partition,
            sortName: TABLE_KEYS.sort,
            prefix: `${combination}#`,
          },
        };
      }),
  );
  const keys = await readPage(table, parts, request);
  return { ids: keys.map(idOfKey), nbItems: parts.reduce((sum, { count }) => sum + count, 0) };
}

function matches(values: ReadonlyMap<string, string>, filter: ListFilter): boolean {
  return Object.entries(filter).every(([name, wanted]) => {
    const value = values.get(name);
    // What a combination does not name is a reference: the scope has seen to that.
    if (wanted === undefined || value === undefined) return true;
    return wanted.some((one) => (one === null ? '' : String(one)) === value);
  });
}

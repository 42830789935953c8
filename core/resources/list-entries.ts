import type { TransactionItem } from '../foundation/transactions.ts';
import type { ListFilter, ListValue, Resource, ResourceKind } from './resource.ts';

/**
 * What lists read instead of the resources, written in the transactions that change these:
 *
 * - entries: pk `{appID}#list#{kind}#{order}#{scope}`, sk `{combination}#{order's text}#…#{id}`, one per order and scope.
 * - counts: pk `{appID}#counts#{kind}`, sk = scope; an attribute per combination says how many entries it has. That of
 *   all also has their `total`, on which the limit of a kind is a condition.
 *
 * A *combination* is the resource's values of all attributes that have few (type, enabled, …). A *scope* is a set of
 * other resources that it names: all resources are in the empty one, `*`.
 */
export interface Listed {
  readonly appID: string;
  readonly kind: ResourceKind;
  readonly resource: Pick<Resource<unknown>, 'id' | 'createdAt' | 'updatedAt'>;
  readonly attributes: Attributes;
  /** How many of its kind there may be. */
  readonly limit?: number | undefined;
}

export type Attributes = Readonly<Record<string, ListValue>>;

const COMBINATION_PREFIX = 'c:';

/** A sort key has at most 1,024 bytes: of a longer name its beginning orders, then its creation. */
const MAX_NAME_CHARACTERS = 250;

/** Sorts before every character that a name has. */
const END_OF_NAME = '\u0001';

const EVERYTHING = '*';

/** More than the resources that anybody filters by; each is a read. */
const MAX_SCOPES = 100;

/** The writes that turn the entries and counts of `before` into those of `after`; either may be absent. */
export function listChanges(tableName: string, before?: Listed, after?: Listed): TransactionItem[] {
  const old = new Map(before ? entriesOf(before) : []);
  const next = new Map(after ? entriesOf(after) : []);
  const removed = [...old].filter(([text]) => !next.has(text));
  const added = [...next].filter(([text]) => !old.has(text));
  return [
    ...removed.map(([, Key]) => ({ Delete: { TableName: tableName, Key } })),
    ...added.map(([, Item]) => ({ Put: { TableName: tableName, Item } })),
    ...countUpdates(tableName, before, after),
  ];
}

/** The scopes in which exactly the resources lie that name what the filter asks for; nothing when it asks for too much. */
export function scopesOf(filter: ListFilter): string[] | undefined {
  let scopes: string[][] = [[]];
  for (const [name, wanted] of Object.entries(filter)) {
    if (wanted === undefined || !isReference(name)) continue;
    const values = [...new Set(wanted)];
    if (scopes.length * values.length > MAX_SCOPES) return undefined;
    scopes = scopes.flatMap((members) => values.map((value) => [...members, member(name, value)]));
  }
  return scopes.map(scopeOf);
}

export function entriesPartition(appID: string, kind: ResourceKind, order: string, scope: string): string {
  return `${appID}#list#${kind}#${order}#${scope}`;
}

export function countsKey(appID: string, kind: ResourceKind, scope: string): { pk: string; sk: string } {
  return { pk: `${appID}#counts#${kind}`, sk: scope };
}

/** The combinations that a scope has entries of, with how many. */
export function readCombinations(item: Readonly<Record<string, unknown>>): [string, number][] {
  return Object.entries(item).flatMap(([name, count]) =>
    name.startsWith(COMBINATION_PREFIX) && typeof count === 'number' && count > 0
      ? [[name.slice(COMBINATION_PREFIX.length), count]]
      : [],
  );
}

/** A combination as text: `type=csv|platform=`. */
function combinationOf(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([name]) => name !== 'name' && !isReference(name))
    .map(([name, value]) => member(name, value))
    .sort()
    .join('|');
}

/** The values in a combination, as text; what has none is the empty text. */
export function valuesOf(combination: string): ReadonlyMap<string, string> {
  return new Map(
    combination.split('|').map((text) => {
      const [name = '', value = ''] = text.split('=');
      return [name, value];
    }),
  );
}

/** Attributes named `…ID` name other resources; of those there are many. */
function isReference(name: string): boolean {
  return name.endsWith('ID');
}

function member(name: string, value: ListValue): string {
  return `${name}=${value === null ? '' : String(value)}`;
}

function scopeOf(members: readonly string[]): string {
  return members.length === 0 ? EVERYTHING : members.toSorted().join('&');
}

/** The empty scope, and one for each set of references that a filter can ask for. */
function allScopesOf(attributes: Attributes): string[] {
  let sets: string[][] = [[]];
  for (const [name, value] of Object.entries(attributes)) {
    if (!isReference(name)) continue;
    const values = isList(value) ? [...new Set(value)] : [value];
    sets = sets.flatMap((members) => [members, ...values.map((one) => [...members, member(name, one)])]);
  }
  return sets.map(scopeOf);
}

function isList(value: ListValue): value is readonly string[] {
  return Array.isArray(value);
}

function entriesOf({ appID, kind, resource, attributes }: Listed): [string, { pk: string; sk: string }][] {
  const { id, createdAt, updatedAt } = resource;
  const end = `${createdAt}#${id}`;
  const orders: Record<string, string> = { createdAt: end, updatedAt: `${updatedAt}#${end}` };
  const { name } = attributes;
  if (typeof name === 'string') orders['name'] = `${beginningOf(name)}${END_OF_NAME}${end}`;
  const combination = combinationOf(attributes);
  return allScopesOf(attributes).flatMap((scope) =>
    Object.entries(orders).map(([order, text]): [string, { pk: string; sk: string }] => {
      const key = { pk: entriesPartition(appID, kind, order, scope), sk: `${combination}#${text}` };
      return [JSON.stringify(key), key];
    }),
  );
}

function beginningOf(name: string): string {
  return name.slice(0, MAX_NAME_CHARACTERS).toWellFormed().replaceAll('\0', END_OF_NAME);
}

function countUpdates(tableName: string, before?: Listed, after?: Listed): TransactionItem[] {
  const scopes = new Map<string, Map<string, number>>();
  const add = ({ attributes }: Listed, by: number) => {
    const combination = combinationOf(attributes);
    for (const scope of allScopesOf(attributes)) {
      const sums = scopes.get(scope) ?? new Map<string, number>();
      sums.set(combination, (sums.get(combination) ?? 0) + by);
      scopes.set(scope, sums);
    }
  };
  if (before) add(before, -1);
  if (after) add(after, 1);
  const listed = after ?? before;
  if (!listed) return [];
  return [...scopes].flatMap(([scope, sums]) => {
    const changed = [...sums].filter(([, sum]) => sum !== 0);
    if (changed.length === 0) return [];
    const total = scope === EVERYTHING ? countTotal(before, after) : undefined;
    return {
      Update: {
        TableName: tableName,
        Key: countsKey(listed.appID, listed.kind, scope),
        UpdateExpression: `ADD ${changed.map((_, index) => `#c${index} :c${index}`).join(', ')}${total?.expression ?? ''}`,
        ...total?.condition,
        ExpressionAttributeNames: {
          ...Object.fromEntries(
            changed.map(([combination], index) => [`#c${index}`, `${COMBINATION_PREFIX}${combination}`]),
          ),
          ...total?.names,
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(changed.map(([, sum], index) => [`:c${index}`, sum])),
          ...total?.values,
        },
      },
    };
  });
}

/** Whether this is the write that is refused when there are as many resources as the limit allows. */
export function isLimitCheck({ Update }: TransactionItem): boolean {
  return Update?.ConditionExpression === WITHIN_LIMIT;
}

const WITHIN_LIMIT = 'attribute_not_exists(#total) OR #total < :limit';

/** Counts all resources, in the item that counts their combinations; nothing for a change of one. */
function countTotal(before?: Listed, after?: Listed): CountOfAll | undefined {
  if (before && after) return undefined;
  const total = { expression: ', #total :total', names: { '#total': 'total' } };
  if (!after) return { ...total, values: { ':total': -1 } };
  if (after.limit === undefined) return { ...total, values: { ':total': 1 } };
  return {
    ...total,
    values: { ':total': 1, ':limit': after.limit },
    condition: { ConditionExpression: WITHIN_LIMIT },
  };
}

interface CountOfAll {
  readonly expression: string;
  readonly names: Record<string, string>;
  readonly values: Record<string, number>;
  readonly condition?: { readonly ConditionExpression: string };
}

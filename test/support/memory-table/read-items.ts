import { conditionOf } from './condition.ts';
import type { Placeholders } from './expression-reader.ts';
import { nameOf } from './expression-reader.ts';
import type { MemoryClient, ReadOptions } from './memory-client.ts';
import { placeholdersOf, refuseUnused, type MemoryTable } from './memory-table.ts';
import { copyOf, sizeOf, validationError, type Item } from './values.ts';

const MAX_PAGE_BYTES = 1024 * 1024;

export interface ReadInput {
  readonly TableName?: string;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
}

export interface ReadItemsInput extends ReadInput {
  readonly IndexName?: string;
  /** Absent for a scan. */
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeValues?: Item;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly Select?: string;
  readonly ExclusiveStartKey?: Item;
  readonly ConsistentRead?: boolean;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

/** One page of a query, or of a scan. */
export function readItems(client: MemoryClient, input: ReadItemsInput, options: ReadOptions): object {
  client.assertTable(input.TableName);
  const { table } = client;
  refuse(table, input);
  const placeholders = placeholdersOf(input);
  const found = candidates(table, input, options);
  const { page, last } = cutPage(startAfter(table, input, found), input);
  const filter = input.FilterExpression;
  const items =
    filter === undefined ? page : page.filter((item) => conditionOf(filter).holds(item, placeholders));
  const answer = { Count: items.length, ScannedCount: page.length };
  return {
    ...answer,
    ...(input.Select === 'COUNT' ? {} : { Items: items.map((item) => copyOf(shown(table, item, input))) }),
    ...(last === undefined ? {} : { LastEvaluatedKey: keyOf(table, last, input) }),
  };
}

/** Only the attributes that are asked for. */
export function project(item: Item, { ProjectionExpression: projection, ...input }: ReadInput): Item {
  if (projection === undefined) return item;
  const placeholders = placeholdersOf(input);
  return pick(
    item,
    projection.split(',').map((name) => String(nameOf(name.trim(), placeholders))),
  );
}

function refuse(table: MemoryTable, input: ReadItemsInput): void {
  if (input.IndexName !== undefined && input.ConsistentRead === true) {
    throw validationError('Consistent reads are not supported on global secondary indexes');
  }
  const conditions = [input.KeyConditionExpression, input.FilterExpression].map((text) =>
    text === undefined ? undefined : conditionOf(text),
  );
  const projected = input.ProjectionExpression?.split(',').map((name) => name.trim());
  refuseUnused(placeholdersOf(input), [...conditions, { used: new Set(projected) }]);
  const filter = input.FilterExpression;
  const { partition, sort } = table.indexOf(input.IndexName);
  const isOnKey = new RegExp(`(^|[^\\w:#])(${partition}|${sort})\\b`).test(filter ?? '');
  if (input.KeyConditionExpression !== undefined && isOnKey) throw validationError('Filter on a key');
}

function candidates(table: MemoryTable, input: ReadItemsInput, { isStale = false }: ReadOptions): Item[] {
  const { KeyConditionExpression: condition, IndexName, Segment, TotalSegments = 1 } = input;
  if (condition === undefined) {
    return table.all().filter((_, index) => Segment === undefined || index % TotalSegments === Segment);
  }
  const placeholders = placeholdersOf(input);
  const value = partitionValue(condition, placeholders);
  const items = table
    .partition(IndexName, value, { isStale: isStale && input.ConsistentRead !== true })
    .filter((item) => conditionOf(condition).holds(item, placeholders));
  return input.ScanIndexForward === false ? items.toReversed() : items;
}

/** Every key condition begins with the partition's value. */
function partitionValue(condition: string, { values }: Placeholders): unknown {
  const placeholder = /^\s*#?\w+\s*=\s*(:\w+)/.exec(condition)?.[1];
  if (placeholder === undefined) throw validationError(`Key condition not supported: ${condition}`);
  return values[placeholder];
}

function startAfter(table: MemoryTable, { ExclusiveStartKey: start }: ReadItemsInput, items: Item[]): Item[] {
  if (start === undefined) return items;
  const { partition, sort } = table.keys;
  const at = items.findIndex((item) => item[partition] === start[partition] && item[sort] === start[sort]);
  return items.slice(at + 1);
}

/** `last` is the item to go on after, if there may be more. */
function cutPage(
  items: Item[],
  { Limit = Infinity }: ReadItemsInput,
): { page: Item[]; last?: Item | undefined } {
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    bytes += sizeOf(item);
    if (index + 1 < Limit && bytes < MAX_PAGE_BYTES) continue;
    return { page: items.slice(0, index + 1), last: item };
  }
  return { page: items };
}

function shown(table: MemoryTable, item: Item, input: ReadItemsInput): Item {
  const isKeysOnly = table.indexOf(input.IndexName).projection === 'KEYS_ONLY';
  return project(isKeysOnly ? keyOf(table, item, input) : item, input);
}

function keyOf(table: MemoryTable, item: Item, { IndexName }: ReadItemsInput): Item {
  const { partition, sort } = table.indexOf(IndexName);
  return pick(item, [table.keys.partition, table.keys.sort, partition, sort]);
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

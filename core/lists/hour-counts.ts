import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { TransactionItem } from '../foundation/transactions.ts';

/**
 * How many things were made when: one item per hour, pk `partition`, sk `count#2026-03-01T10`. `t:KIND` counts those of a
 * kind in that hour, `m:KIND:07` those of its minute 7. What changes its kind is moved within the item of the hour in
 * which it was made, in the transaction that changes it, so the counts are exact.
 */
const SORT_PREFIX = 'count#';
const HOUR_CHARACTERS = '2026-03-01T10'.length;
const MINUTE_CHARACTERS = '2026-03-01T10:07'.length;
const MINUTE_MILLISECONDS = 60_000;

/** One thing more (+1) or less (-1) of `kind`, made at the RFC 3339 instant `at`. */
export interface Change {
  readonly kind: string;
  readonly at: string;
  readonly by: 1 | -1;
}

/** The updates of the counts of `partition`: one per hour that the changes are about. */
export function countChanges(
  tableName: string,
  partition: string,
  changes: readonly Change[],
  expiresAt: number,
): TransactionItem[] {
  const hours = Map.groupBy(changes, ({ at }) => at.slice(0, HOUR_CHARACTERS));
  return [...hours].map(([hour, inHour]) => {
    const sums = new Map<string, number>();
    const add = (name: string, by: number) => sums.set(name, (sums.get(name) ?? 0) + by);
    for (const { kind, at, by } of inHour) {
      add(hourName(kind), by);
      add(minuteName(kind, at), by);
    }
    const names = [...sums.keys()];
    return {
      Update: {
        TableName: tableName,
        Key: hourKey(partition, hour),
        UpdateExpression: `ADD ${names.map((_, index) => `#n${index} :n${index}`).join(', ')} SET #ttl = :ttl`,
        ExpressionAttributeNames: {
          '#ttl': TTL_ATTRIBUTE,
          ...Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        },
        ExpressionAttributeValues: {
          // An hour's counts outlive what was made in it by a day: nothing that is listed is ever uncounted.
          ':ttl': expiresAt + 86_400,
          ...Object.fromEntries(names.map((name, index) => [`:n${index}`, sums.get(name)])),
        },
      },
    };
  });
}

/** A part of a minute, both ends included, in which something of the kind was made: its keys must be counted. */
interface PartialMinute {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
}

export interface WindowCounts {
  /** Of whole hours and minutes. */
  readonly counts: ReadonlyMap<string, number>;
  readonly partial: readonly PartialMinute[];
}

interface Window {
  readonly from: Date;
  /** Absent: whatever there is. */
  readonly to: Date | undefined;
}

/** What was made between two instants, both included; reads at most one item per hour, and two of them whole. */
export async function readCounts(
  table: TableAccess,
  partition: string,
  kinds: readonly string[],
  window: Window,
): Promise<WindowCounts> {
  if (window.to !== undefined && window.to < window.from) return { counts: new Map(), partial: [] };
  const edges = new Set([hourOf(window.from), ...(window.to ? [hourOf(window.to)] : [])]);
  const [hours, ...edgeItems] = await Promise.all([
    readHours(table, partition, kinds, window),
    ...[...edges].map((hour) => readHour(table, partition, hour)),
  ]);
  const counts = new Map<string, number>();
  const add = (kind: string, count: number) => counts.set(kind, (counts.get(kind) ?? 0) + count);
  for (const item of hours) {
    if (edges.has(String(item[TABLE_KEYS.sort]).slice(SORT_PREFIX.length))) continue;
    for (const kind of kinds) add(kind, numberAt(item, hourName(kind)));
  }
  const partial: PartialMinute[] = [];
  for (const item of edgeItems) {
    for (const minute of item === undefined ? [] : minutesOf(item)) {
      if (!kinds.includes(minute.kind)) continue;
      const part = cut(minute, window);
      if (part === 'whole') add(minute.kind, minute.count);
      else if (part !== undefined) partial.push({ kind: minute.kind, ...part });
    }
  }
  return { counts, partial };
}

type Item = Readonly<Record<string, unknown>>;

/** The hours' totals: the minutes, of which there are many more, stay in the table. */
async function readHours(
  { client, tableName }: TableAccess,
  partition: string,
  kinds: readonly string[],
  { from, to }: Window,
): Promise<Item[]> {
  const items: Item[] = [];
  const names = kinds.map((kind, index) => [`#k${index}`, hourName(kind)]);
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
        ProjectionExpression: ['#sk', ...names.map(([placeholder]) => placeholder)].join(', '),
        ExpressionAttributeNames: {
          '#pk': TABLE_KEYS.partition,
          '#sk': TABLE_KEYS.sort,
          ...Object.fromEntries(names),
        },
        ExpressionAttributeValues: {
          ':pk': partition,
          ':from': `${SORT_PREFIX}${hourOf(from)}`,
          ':to': `${SORT_PREFIX}${to === undefined ? '~' : hourOf(to)}`,
        },
        ExclusiveStartKey: start,
      }),
    );
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

async function readHour(table: TableAccess, partition: string, hour: string): Promise<Item | undefined> {
  const Key = hourKey(partition, hour);
  return (await table.client.send(new GetCommand({ TableName: table.tableName, Key, ConsistentRead: true })))
    .Item;
}

function hourKey(partition: string, hour: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: partition, [TABLE_KEYS.sort]: `${SORT_PREFIX}${hour}` };
}

interface Minute {
  readonly kind: string;
  readonly start: Date;
  readonly count: number;
}

function minutesOf(item: Item): Minute[] {
  const hour = String(item[TABLE_KEYS.sort]).slice(SORT_PREFIX.length);
  return Object.entries(item).flatMap(([name, count]) => {
    const [level, kind, minute] = name.split(':');
    if (level !== 'm' || kind === undefined || typeof count !== 'number' || count === 0) return [];
    return { kind, start: new Date(`${hour}:${minute}:00.000Z`), count };
  });
}

/** The part of a minute that lies in the window. */
function cut({ start }: Minute, { from, to }: Window): 'whole' | { from: string; to: string } | undefined {
  const end = new Date(start.getTime() + MINUTE_MILLISECONDS - 1);
  if (end < from || (to !== undefined && start > to)) return undefined;
  if (start >= from && (to === undefined || end <= to)) return 'whole';
  return {
    from: (start < from ? from : start).toISOString(),
    to: (to !== undefined && to < end ? to : end).toISOString(),
  };
}

function numberAt(item: Item, name: string): number {
  const value = item[name];
  return typeof value === 'number' ? value : 0;
}

function hourOf(at: Date): string {
  return at.toISOString().slice(0, HOUR_CHARACTERS);
}

function hourName(kind: string): string {
  return `t:${kind}`;
}

function minuteName(kind: string, at: string): string {
  return `m:${kind}:${at.slice(HOUR_CHARACTERS + 1, MINUTE_CHARACTERS)}`;
}

import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { TransactionItem } from '../foundation/transactions.ts';

/**
 * How many things were made when, in two kinds of items of one partition. The day's, sk `day#2026-03-01`, has `t:KIND` for
 * the whole day and `h:KIND:10` for each hour; the hour's, sk `hour#2026-03-01T10`, has `m:KIND:07` for each minute. What
 * changes its kind is moved within the items of the instant at which it was made, in the transaction that changes it, so the
 * counts are exact.
 */
const DAY_PREFIX = 'day#';
const HOUR_PREFIX = 'hour#';
const DAY_CHARACTERS = '2026-03-01'.length;
const HOUR_CHARACTERS = '2026-03-01T10'.length;
const MINUTE_CHARACTERS = '2026-03-01T10:07'.length;
const MINUTE_MILLISECONDS = 60_000;

/** One thing more (+1) or less (-1) of `kind`, made at the RFC 3339 instant `at`. */
export interface Change {
  readonly kind: string;
  readonly at: string;
  readonly by: 1 | -1;
}

/** The updates of the counts of `partition`: two per hour that the changes are about, fewer where hours share a day. */
export function countChanges(
  tableName: string,
  partition: string,
  changes: readonly Change[],
  expiresAt: number,
): TransactionItem[] {
  const days = Map.groupBy(changes, ({ at }) => dayOf(at));
  const hours = Map.groupBy(changes, ({ at }) => hourOf(at));
  const sums = [
    ...[...days].map(([day, ofDay]) => ({
      key: keyOf(partition, DAY_PREFIX + day),
      sums: sumOf(ofDay, ({ kind, at }) => [
        `t:${kind}`,
        `h:${kind}:${at.slice(DAY_CHARACTERS + 1, HOUR_CHARACTERS)}`,
      ]),
    })),
    ...[...hours].map(([hour, ofHour]) => ({
      key: keyOf(partition, HOUR_PREFIX + hour),
      sums: sumOf(ofHour, ({ kind, at }) => [
        `m:${kind}:${at.slice(HOUR_CHARACTERS + 1, MINUTE_CHARACTERS)}`,
      ]),
    })),
  ];
  return sums.map(({ key, sums }) => addTo(tableName, key, sums, expiresAt));
}

function sumOf(changes: readonly Change[], namesOf: (change: Change) => string[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const change of changes) {
    for (const name of namesOf(change)) sums.set(name, (sums.get(name) ?? 0) + change.by);
  }
  return sums;
}

function addTo(
  tableName: string,
  Key: Record<string, string>,
  sums: ReadonlyMap<string, number>,
  expiresAt: number,
): TransactionItem {
  const names = [...sums.keys()];
  return {
    Update: {
      TableName: tableName,
      Key,
      UpdateExpression: `ADD ${names.map((_, index) => `#n${index} :n${index}`).join(', ')} SET #ttl = :ttl`,
      ExpressionAttributeNames: {
        '#ttl': TTL_ATTRIBUTE,
        ...Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
      },
      ExpressionAttributeValues: {
        // The counts outlive what they count by a day: nothing that is listed is ever uncounted.
        ':ttl': expiresAt + 86_400,
        ...Object.fromEntries(names.map((name, index) => [`:n${index}`, sums.get(name)])),
      },
    },
  };
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

/** What was made between two instants, both included; reads one item per day, and the hours at the two ends. */
export async function readCounts(
  table: TableAccess,
  partition: string,
  kinds: readonly string[],
  window: Window,
): Promise<WindowCounts> {
  const { from, to } = window;
  if (to !== undefined && to < from) return { counts: new Map(), partial: [] };
  const ends = new Set([from, ...(to ? [to] : [])].map((end) => hourOf(end.toISOString())));
  const [days, ...hours] = await Promise.all([
    readDays(table, partition, window),
    ...[...ends].map((hour) => readHour(table, partition, hour)),
  ]);
  const counts = new Map<string, number>();
  const add = (kind: string, count: number) => counts.set(kind, (counts.get(kind) ?? 0) + count);
  for (const { kind, count } of days.flatMap((item) => betweenEnds(item, window))) {
    if (kinds.includes(kind)) add(kind, count);
  }
  const partial: PartialMinute[] = [];
  for (const minute of hours.flatMap((item) => (item === undefined ? [] : minutesOf(item)))) {
    if (!kinds.includes(minute.kind)) continue;
    const part = cut(minute, window);
    if (part === 'whole') add(minute.kind, minute.count);
    else if (part !== undefined) partial.push({ kind: minute.kind, ...part });
  }
  return { counts, partial };
}

type Item = Readonly<Record<string, unknown>>;

async function readDays(
  { client, tableName }: TableAccess,
  partition: string,
  { from, to }: Window,
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition, '#sk': TABLE_KEYS.sort },
        ExpressionAttributeValues: {
          ':pk': partition,
          ':from': DAY_PREFIX + dayOf(from.toISOString()),
          ':to': DAY_PREFIX + (to === undefined ? '~' : dayOf(to.toISOString())),
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
  const Key = keyOf(partition, HOUR_PREFIX + hour);
  return (await table.client.send(new GetCommand({ TableName: table.tableName, Key, ConsistentRead: true })))
    .Item;
}

function keyOf(partition: string, sort: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: partition, [TABLE_KEYS.sort]: sort };
}

/** What a day counts: as a whole, or of its hours those that lie between the hours in which the window begins and ends. */
function betweenEnds(item: Item, { from, to }: Window): { kind: string; count: number }[] {
  const day = String(item[TABLE_KEYS.sort]).slice(DAY_PREFIX.length);
  const first = from.toISOString();
  const last = to?.toISOString();
  const isWhole = day > dayOf(first) && (last === undefined || day < dayOf(last));
  return Object.entries(item).flatMap(([name, count]) => {
    const [level, kind, hour] = name.split(':');
    if (kind === undefined || typeof count !== 'number') return [];
    if (isWhole) return level === 't' ? { kind, count } : [];
    const at = `${day}T${hour}`;
    const isBetween = at > hourOf(first) && (last === undefined || at < hourOf(last));
    return level === 'h' && isBetween ? { kind, count } : [];
  });
}

interface Minute {
  readonly kind: string;
  readonly start: Date;
  readonly count: number;
}

function minutesOf(item: Item): Minute[] {
  const hour = String(item[TABLE_KEYS.sort]).slice(HOUR_PREFIX.length);
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

function dayOf(instant: string): string {
  return instant.slice(0, DAY_CHARACTERS);
}

function hourOf(instant: string): string {
  return instant.slice(0, HOUR_CHARACTERS);
}

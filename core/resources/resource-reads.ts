import { BatchGetCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

import type { Clock } from '../foundation/clock.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { backoffMilliseconds } from '../foundation/transactions.ts';

type Key = Readonly<Record<string, unknown>>;

/** BatchGetItem takes at most so many keys. */
const BATCH_GET_KEYS = 100;

/** The item as it is now, whichever writer was last. */
export async function readItem(table: TableAccess, key: Key): Promise<Record<string, unknown> | undefined> {
  const answer = await table.client.send(
    new GetCommand({ TableName: table.tableName, Key: key, ConsistentRead: true }),
  );
  return answer.Item;
}

/** Those items of `keys` (each named once) that are there, in no order. */
export async function readItems(
  table: TableAccess & { readonly clock: Clock },
  keys: readonly Key[],
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (let start = 0; start < keys.length; start += BATCH_GET_KEYS) {
    let pending: Key[] = keys.slice(start, start + BATCH_GET_KEYS);
    for (let attempt = 1; pending.length > 0; attempt += 1) {
      const answer = await table.client.send(
        new BatchGetCommand({ RequestItems: { [table.tableName]: { Keys: pending, ConsistentRead: true } } }),
      );
      found.push(...(answer.Responses?.[table.tableName] ?? []));
      pending = answer.UnprocessedKeys?.[table.tableName]?.Keys ?? [];
      if (pending.length > 0) await table.clock.sleep(backoffMilliseconds(attempt));
    }
  }
  return found;
}

/** The items of a partition, up to `limit`, as they are now, by sort key. */
export async function readPartition(
  table: TableAccess,
  partition: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await table.client.send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition },
        ConsistentRead: true,
        ExclusiveStartKey: start,
        ...(Number.isFinite(limit) ? { Limit: limit - items.length } : {}),
      }),
    );
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start && items.length < limit);
  return items;
}

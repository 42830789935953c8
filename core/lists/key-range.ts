import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import type { TableAccess } from '../foundation/table-client.ts';

/** Sort keys of one partition between two bounds, both included. What they all begin with is not compared. */
export interface KeyRange {
  /** Absent: the table itself, read strongly. */
  readonly indexName?: string;
  readonly partitionName: string;
  readonly partition: string;
  readonly sortName: string;
  readonly prefix: string;
  /** Without the prefix; absent: from the first. */
  readonly from?: string | undefined;
  /** Without the prefix; absent: to the last. */
  readonly to?: string | undefined;
}

type TableKey = Record<string, unknown>;

export interface KeyChunk {
  /** Sort keys without the prefix. */
  readonly keys: string[];
  /** Where the next chunk starts; absent after the last. */
  readonly next: TableKey | undefined;
}

/** Sorts after every character that a key has. */
const LAST = '\u{10FFFF}';

/** Up to `limit` keys of the range, from `start` on. */
export async function readKeys(
  { client, tableName }: TableAccess,
  range: KeyRange,
  options: { readonly descending: boolean; readonly limit: number; readonly start: TableKey | undefined },
): Promise<KeyChunk> {
  const { sortName, prefix } = range;
  const answer = await client.send(
    new QueryCommand({
      TableName: tableName,
      ...statementOf(range),
      ProjectionExpression: '#sort',
      ScanIndexForward: !options.descending,
      Limit: options.limit,
      ExclusiveStartKey: options.start,
    }),
  );
  const rowSchema = z.object({ [sortName]: z.string() });
  const keys = (answer.Items ?? []).map((item) =>
    String(rowSchema.parse(item)[sortName]).slice(prefix.length),
  );
  return { keys, next: answer.LastEvaluatedKey };
}

/** How many keys the range has; reads them all. */
export async function countKeys({ client, tableName }: TableAccess, range: KeyRange): Promise<number> {
  let count = 0;
  let start: TableKey | undefined;
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: tableName,
        ...statementOf(range),
        Select: 'COUNT',
        ExclusiveStartKey: start,
      }),
    );
    count += answer.Count ?? 0;
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return count;
}

function statementOf(range: KeyRange): Omit<QueryCommandInput, 'TableName'> {
  const { indexName, partitionName, partition, sortName, prefix, from = '', to = '' } = range;
  return {
    ...(indexName === undefined ? { ConsistentRead: true } : { IndexName: indexName }),
    KeyConditionExpression: '#partition = :partition AND #sort BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#partition': partitionName, '#sort': sortName },
    ExpressionAttributeValues: {
      ':partition': partition,
      ':from': `${prefix}${from}`,
      // The bound is the beginning of the last key: an instant, to which the keys append an id.
      ':to': `${prefix}${to}${LAST}`,
    },
  };
}

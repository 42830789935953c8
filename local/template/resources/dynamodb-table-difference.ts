import { isDeepStrictEqual } from 'node:util';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { TableProperties } from './dynamodb-global-table.ts';

/** What a table has otherwise than its template (`keys`, `indexes`, …); nothing when they are the same. */
export function describeTableDifference(
  table: TableDescription,
  wanted: TableProperties,
): string | undefined {
  if (!isDeepStrictEqual(keysOf(table.KeySchema), keysOf(wanted.KeySchema))) return 'keys';
  const attributesOf = (attributes: TableDescription['AttributeDefinitions'] = []) =>
    attributes.map(({ AttributeName, AttributeType }) => `${AttributeName}:${AttributeType}`).sort();
  if (
    !isDeepStrictEqual(attributesOf(table.AttributeDefinitions), attributesOf(wanted.AttributeDefinitions))
  ) {
    return 'key attributes';
  }
  if (!isDeepStrictEqual(indexesOf(table.GlobalSecondaryIndexes), indexesOf(wanted.GlobalSecondaryIndexes))) {
    return 'indexes';
  }
  return undefined;
}

interface Index {
  IndexName?: string | undefined;
  KeySchema?: TableDescription['KeySchema'];
  Projection?: { ProjectionType?: string | undefined; NonKeyAttributes?: string[] | undefined } | undefined;
}

function indexesOf(indexes: readonly Index[] = []): string[] {
  return indexes
    .map(({ IndexName, KeySchema, Projection }) =>
      JSON.stringify([
        IndexName,
        keysOf(KeySchema),
        Projection?.ProjectionType,
        [...(Projection?.NonKeyAttributes ?? [])].sort(),
      ]),
    )
    .sort();
}

function keysOf(keys: TableDescription['KeySchema'] = []): string[] {
  return keys.map(({ AttributeName, KeyType }) => `${AttributeName}:${KeyType}`);
}

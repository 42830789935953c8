import { describe, expect, it } from 'vitest';
import type { TableProperties } from '../../../local/template/resources/dynamodb-global-table.ts';
import { describeTableDifference } from '../../../local/template/resources/dynamodb-table-difference.ts';

const wanted: TableProperties = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'due', AttributeType: 'S' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  Replicas: [{ Region: 'us-east-1' }],
};

describe('a table of an earlier start', () => {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = wanted;

  it('is the same when its keys and indexes are, in whatever order', () => {
    const table = {
      AttributeDefinitions: AttributeDefinitions.toReversed(),
      KeySchema,
      GlobalSecondaryIndexes: GlobalSecondaryIndexes?.map((index) => ({
        ...index,
        IndexStatus: 'ACTIVE' as const,
      })),
    };
    expect(describeTableDifference(table, wanted)).toBeUndefined();
  });

  it.each([
    ['keys', { AttributeDefinitions, KeySchema: [], GlobalSecondaryIndexes }],
    [
      'key attributes',
      { AttributeDefinitions: AttributeDefinitions.slice(1), KeySchema, GlobalSecondaryIndexes },
    ],
    ['indexes', { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes: [] }],
  ])('is told apart by its %s', (difference, table) => {
    expect(describeTableDifference(table, wanted)).toBe(difference);
  });
});

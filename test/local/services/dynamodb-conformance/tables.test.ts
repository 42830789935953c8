import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { isAwsGiven, keyOf, startServices, TableName } from '../support/conformance-table.ts';

const grounds = await startServices();

describe.each(grounds)('tables on $ground', ({ client }) => {
  test('are described with their indexes', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({ IndexName: 'sparse', IndexStatus: 'ACTIVE' });
  });

  test('take a time to live', async () => {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      }),
    );
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
  });

  test('that do not exist are an error by name', async () => {
    const missing = client.send(new GetItemCommand({ TableName: 'missing', Key: keyOf('a') }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

// Every test of this folder runs there too, when a table and credentials are given.
test.skipIf(!isAwsGiven)('AWS is held to the same: MILLRACE_CONFORMANCE_TABLE names a table', () => {
  expect(grounds.map(({ ground }) => ground)).toContain('AWS');
});

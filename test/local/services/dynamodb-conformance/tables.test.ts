import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { keyOf, startConformanceTable, TableName } from '../support/conformance-table.ts';

const { client } = await startConformanceTable();

describe('tables', () => {
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

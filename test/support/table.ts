import { CreateTableCommand, DynamoDBClient, type AttributeDefinition } from '@aws-sdk/client-dynamodb';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createTableClient, type TableAccess } from '../../core/foundation/table-client.ts';
import { TABLE_INDEXES, TABLE_KEYS } from '../../core/foundation/table.ts';
import { startDynamoDb } from '../../local/services/dynamodb/start-dynamo-db.ts';

export interface TestTable extends TableAccess {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const TABLE_NAME = 'millrace-test';

/** The project's table, empty, in an embedded DynamoDB of its own. */
export async function startTable(): Promise<TestTable> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-table-'));
  const service = await startDynamoDb({ dataDirectory });
  const raw = new DynamoDBClient({ ...TEST_CREDENTIALS, endpoint: service.endpoint });
  await raw.send(createTableCommand());
  return {
    client: createTableClient(raw),
    tableName: TABLE_NAME,
    endpoint: service.endpoint,
    async stop() {
      raw.destroy();
      await service.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

export const TEST_CREDENTIALS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

function createTableCommand(): CreateTableCommand {
  const indexes = Object.values(TABLE_INDEXES);
  const attributes = [TABLE_KEYS, ...indexes].flatMap(({ partition, sort }) => [partition, sort]);
  return new CreateTableCommand({
    TableName: TABLE_NAME,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...new Set<string>(attributes)].map((name): AttributeDefinition => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: TABLE_KEYS.partition, KeyType: 'HASH' },
      { AttributeName: TABLE_KEYS.sort, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: indexes.map(({ name, partition, sort, projection }) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: projection },
    })),
  });
}

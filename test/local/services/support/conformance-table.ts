import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startDynamoDb } from '../../../../local/services/dynamodb/start-dynamo-db.ts';
import { clientOptions } from './client-options.ts';

export type Item = Record<string, AttributeValue>;

export const TableName = 'conformance';

/** Each test works under a partition of its own, so their order does not matter. */
export function keyOf(partition: string, sort = 'a'): Item {
  return { pk: { S: partition }, sk: { S: sort } };
}

export function sortsOf(items: Item[] | undefined): (string | undefined)[] {
  return (items ?? []).map((item) => item['sk']?.S);
}

/** A table with a sparse index on the embedded DynamoDB of this machine, for the tests of one file. */
export async function startConformanceTable() {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-conformance-'));
  const service = await startDynamoDb({ dataDirectory: directory });
  const client = new DynamoDBClient(clientOptions(service.endpoint));
  afterAll(async () => {
    client.destroy();
    await service.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  await createTable(client);
  return {
    client,
    put: async (item: Item): Promise<void> => {
      await client.send(new PutItemCommand({ TableName, Item: item }));
    },
    get: async (key: Item): Promise<Item | undefined> => {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
      return Item;
    },
    update: async (
      key: Item,
      expression: string,
      values?: Item,
      names?: Record<string, string>,
    ): Promise<Item> => {
      const { Attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName,
          Key: key,
          UpdateExpression: expression,
          ExpressionAttributeValues: values,
          ExpressionAttributeNames: names,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes;
    },
  };
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gpk', 'gsk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'sparse',
          KeySchema: [
            { AttributeName: 'gpk', KeyType: 'HASH' },
            { AttributeName: 'gsk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
}

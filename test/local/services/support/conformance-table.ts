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
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { startDynamoDb } from '../../../../local/services/dynamodb/start-dynamo-db.ts';
import { MemoryClient } from '../../../support/memory-table/memory-client.ts';
import { MemoryTable } from '../../../support/memory-table/memory-table.ts';
import { createRawClient } from '../../../support/memory-table/raw-client.ts';
import { clientOptions } from './client-options.ts';

export type Item = Record<string, AttributeValue>;

/** The table on AWS that the suite is run on too: `pk`, `sk` and an index `sparse` by `gpk`, `gsk`, all texts. */
const AWS_TABLE = process.env['MILLRACE_CONFORMANCE_TABLE'];

export const isAwsGiven = AWS_TABLE !== undefined;

export const TableName = AWS_TABLE ?? 'conformance';

/** An index on AWS follows its table a moment later. */
const AWS_INDEX_MILLISECONDS = 200;

/** Each test works under a partition of its own, so their order does not matter. */
export function keyOf(partition: string, sort = 'a'): Item {
  return { pk: { S: partition }, sk: { S: sort } };
}

export function sortsOf(items: Item[] | undefined): (string | undefined)[] {
  return (items ?? []).map((item) => item['sk']?.S);
}

/** What the suite must find alike wherever the stores' table lies. */
export interface Ground {
  readonly ground: 'the embedded DynamoDB' | 'the table in memory' | 'AWS';
  readonly client: DynamoDBClient;
  readonly put: (item: Item) => Promise<void>;
  readonly get: (key: Item) => Promise<Item | undefined>;
  readonly update: (
    key: Item,
    expression: string,
    values?: Item,
    names?: Record<string, string>,
  ) => Promise<Item>;
}

/**
 * The grounds for the tests of one file: the embedded DynamoDB, the table in memory that the simulation runs on, and AWS
 * when `MILLRACE_CONFORMANCE_TABLE` names a table there and the SDK finds credentials.
 */
export async function startGrounds(): Promise<Ground[]> {
  const embedded = await startEmbedded();
  const grounds = [
    groundOn('the embedded DynamoDB', embedded),
    groundOn('the table in memory', openMemory()),
  ];
  if (AWS_TABLE === undefined) return grounds;
  const client = new DynamoDBClient();
  afterAll(() => client.destroy());
  return [...grounds, groundOn('AWS', client)];
}

/** Those that manage tables, besides what is in them. */
export async function startServices(): Promise<Ground[]> {
  return (await startGrounds()).filter(({ ground }) => ground !== 'the table in memory');
}

async function startEmbedded(): Promise<DynamoDBClient> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-conformance-'));
  const service = await startDynamoDb({ dataDirectory: directory });
  const client = new DynamoDBClient(clientOptions(service.endpoint));
  afterAll(async () => {
    client.destroy();
    await service.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  await createTable(client);
  return client;
}

function openMemory(): DynamoDBClient {
  const sparse = { name: 'sparse', partition: 'gpk', sort: 'gsk', projection: 'ALL' };
  return createRawClient(
    new MemoryClient(TableName, new MemoryTable({ partition: 'pk', sort: 'sk' }, [sparse])),
  );
}

function groundOn(ground: Ground['ground'], client: DynamoDBClient): Ground {
  const settle = async () => {
    if (ground === 'AWS') await delay(AWS_INDEX_MILLISECONDS);
  };
  return {
    ground,
    client,
    async put(item) {
      await client.send(new PutItemCommand({ TableName, Item: item }));
      await settle();
    },
    async get(key) {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
      return Item;
    },
    async update(key, expression, values, names) {
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
      await settle();
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

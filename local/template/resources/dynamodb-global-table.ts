import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { physicalName } from '../names.ts';
import { defineResourceType, notNeeded } from '../resource-type.ts';
import { describeTableDifference } from './dynamodb-table-difference.ts';

const AT_REST = 'The data directory is as safe as the disk it is on.';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const replicaSchema = z.strictObject({
  Region: z.string(),
  DeletionProtectionEnabled: notNeeded('Only whoever deletes the data directory deletes the table.'),
  GlobalSecondaryIndexes: z.array(z.strictObject({ IndexName: z.string() })).optional(),
  PointInTimeRecoverySpecification: notNeeded('A copy of the data directory is the backup.'),
  SSESpecification: notNeeded(AT_REST),
  Tags: notNeeded('Labels for bills.'),
});

const tableSchema = z.strictObject({
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .optional(),
  KeySchema: keySchema,
  Replicas: z.array(replicaSchema).length(1, 'replicas in other regions are not known on one machine'),
  SSESpecification: notNeeded(AT_REST),
  TableName: z.string().optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

export type TableProperties = z.infer<typeof tableSchema>;

/** The table. One of an earlier start must have the same keys and indexes: its items are not rewritten here. */
export const globalTable = defineResourceType({
  type: 'AWS::DynamoDB::GlobalTable',
  properties: tableSchema,
  async provision(properties, { logicalID, names, clients: { dynamoDb } }) {
    const TableName = properties.TableName ?? physicalName(names, logicalID);
    const found = await describe(dynamoDb, TableName);
    if (!found) await create(dynamoDb, TableName, properties);
    const table = await waitUntilActive(dynamoDb, TableName);
    const difference = describeTableDifference(table, properties);
    if (difference) {
      throw new Error(
        `table ${TableName} of the data directory has other ${difference} than the template: start with a new data directory`,
      );
    }
    await enableTimeToLive(dynamoDb, TableName, properties);
    return { physicalID: TableName, attributes: { Arn: table.TableArn ?? '' } };
  },
});

async function create(client: DynamoDBClient, TableName: string, properties: TableProperties): Promise<void> {
  const { AttributeDefinitions, BillingMode, GlobalSecondaryIndexes, KeySchema } = properties;
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions,
      BillingMode,
      GlobalSecondaryIndexes,
      KeySchema,
    }),
  );
}

async function describe(client: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function waitUntilActive(client: DynamoDBClient, TableName: string): Promise<TableDescription> {
  for (;;) {
    const table = await describe(client, TableName);
    if (table?.TableStatus === 'ACTIVE') return table;
    await delay(50);
  }
}

async function enableTimeToLive(
  client: DynamoDBClient,
  TableName: string,
  { TimeToLiveSpecification }: TableProperties,
): Promise<void> {
  if (!TimeToLiveSpecification) return;
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  const isEnabled = TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED';
  if (isEnabled === TimeToLiveSpecification.Enabled) return;
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}

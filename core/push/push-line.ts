import { DeleteCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { TABLE_KEYS } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import type { Run } from '../runs/run.ts';

/** Wide enough that text sorts as numbers do, for as many pushes as a number can count. */
const SEQUENCE_DIGITS = 16;

/** The index whose pushes stand in one line. */
export interface PushLine {
  readonly appID: string;
  /** `searchAppID/indexName`, as of the index's lease. */
  readonly leaseKey: string;
}

export interface WaitingPush {
  readonly runID: string;
  readonly sequence: number;
  readonly createdAt: string;
}

const waitingPushSchema = z.object({ runID: z.string(), sequence: z.int(), createdAt: z.string() });
const counterSchema = z.object({ sequence: z.int() });

/** The next place in the line. A caller that waits for each push's answer before it sends the next gets rising ones. */
export async function takePlace({ client, tableName }: TableAccess, line: PushLine): Promise<number> {
  const { Attributes } = await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: { [TABLE_KEYS.partition]: `${line.appID}#push-sequence`, [TABLE_KEYS.sort]: line.leaseKey },
      UpdateExpression: 'ADD #sequence :one',
      ExpressionAttributeNames: { '#sequence': 'sequence' },
      ExpressionAttributeValues: { ':one': 1 },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return counterSchema.parse(Attributes).sequence;
}

/** Puts a push into its line; to be written with its run. */
export function joinLine(tableName: string, line: PushLine, push: WaitingPush): TransactionItem {
  return { Put: { TableName: tableName, Item: { ...keyOf(line, push.sequence), ...push } } };
}

/** Takes a push out of its line; to be written with its run's end. */
export function leaveLine(tableName: string, run: Run): TransactionItem[] {
  const { appID, leaseKey, push } = run;
  if (leaseKey === undefined || push === undefined) return [];
  return [{ Delete: { TableName: tableName, Key: keyOf({ appID, leaseKey }, push.sequence) } }];
}

/** The pushes that wait, the oldest first, as the table has them now. */
export async function listLine(
  { client, tableName }: TableAccess,
  line: PushLine,
  limit: number,
): Promise<WaitingPush[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition },
      ExpressionAttributeValues: { ':pk': partitionOf(line) },
      Limit: limit,
    }),
  );
  return Items.map((item) => waitingPushSchema.parse(item));
}

/** Removes a push whose run is not there any more. */
export async function dropFromLine(
  { client, tableName }: TableAccess,
  line: PushLine,
  { sequence }: WaitingPush,
): Promise<void> {
  await client.send(new DeleteCommand({ TableName: tableName, Key: keyOf(line, sequence) }));
}

function keyOf(line: PushLine, sequence: number): Record<string, string> {
  return {
    [TABLE_KEYS.partition]: partitionOf(line),
    [TABLE_KEYS.sort]: String(sequence).padStart(SEQUENCE_DIGITS, '0'),
  };
}

function partitionOf({ appID, leaseKey }: PushLine): string {
  return `${appID}#pushes#${leaseKey}`;
}

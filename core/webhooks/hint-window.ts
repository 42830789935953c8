import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import { newID } from '../foundation/ids.ts';
import { TABLE_INDEXES } from '../foundation/table.ts';
import { TransactionRefusedError, writeTransaction } from '../foundation/transactions.ts';
import type { StoreDependencies } from '../resources/resource-store.ts';
import type { HookOwner } from './hook-id.ts';

/** A partition of the index `due` of its own: what lies here is no run. */
const DUE_WINDOWS = 'due-webhook-windows';

/** After so long without an end the sweep sends a window's message again. */
const RESEND_SECONDS = 60;

const OPEN = 'open';

/** A short time in which hints gather before one run takes them all. */
export interface HintWindow extends HookOwner {
  readonly windowID: string;
}

/**
 * The windows of each hook. Who adds a hint asks afterwards whether a window is open; who takes hints closes the window
 * before: so a hint is either seen by the one who closed, or its sender finds no window and opens the next.
 * Items: pk `{appID}#webhook-windows#{taskID}`, sk `open`, or the window's id once it is closed.
 */
export interface HintWindows {
  /** A fresh window unless one is open, which is then nothing. */
  open(owner: HookOwner, seconds: number): Promise<HintWindow | undefined>;
  /** True when it is closed and its hints are still to be taken, also if it was closed before. */
  close(window: HintWindow): Promise<boolean>;
  /** Its hints have been taken. */
  forget(window: HintWindow): Promise<void>;
  /** Those whose message was lost, or whose taking stopped; each is then left alone for a minute. */
  takeDue(limit: number): Promise<HintWindow[]>;
}

export function createHintWindows(table: StoreDependencies): HintWindows {
  const { client, tableName } = table;
  return {
    async open({ appID, taskID }, seconds) {
      if (await isThere(table, { appID, taskID }, OPEN)) return undefined;
      const window = { appID, taskID, windowID: newID() };
      const Item = toItem(table, window, OPEN, seconds + RESEND_SECONDS);
      try {
        await client.send(
          new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
        );
        return window;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
    close: async (window) =>
      (await closeOpen(table, window)) || (await isThere(table, window, window.windowID)),
    async forget(window) {
      const Key = { pk: partitionOf(window), sk: window.windowID };
      await client.send(new DeleteCommand({ TableName: tableName, Key }));
    },
    takeDue: (limit) => takeDue(table, limit),
  };
}

async function isThere(
  { client, tableName }: StoreDependencies,
  owner: HookOwner,
  sk: string,
): Promise<boolean> {
  const Key = { pk: partitionOf(owner), sk };
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
  return Item !== undefined;
}

/** False when this window is not open. */
async function closeOpen(table: StoreDependencies, window: HintWindow): Promise<boolean> {
  const { client, tableName, clock } = table;
  const Delete = {
    TableName: tableName,
    Key: { pk: partitionOf(window), sk: OPEN },
    ConditionExpression: 'windowID = :windowID',
    ExpressionAttributeValues: { ':windowID': window.windowID },
  };
  const Put = { TableName: tableName, Item: toItem(table, window, window.windowID, RESEND_SECONDS) };
  try {
    await writeTransaction(client, [{ Delete }, { Put }], clock);
    return true;
  } catch (error) {
    if (error instanceof TransactionRefusedError) return false;
    throw error;
  }
}

function toItem(
  { clock }: StoreDependencies,
  { appID, taskID, windowID }: HintWindow,
  sk: string,
  dueInSeconds: number,
): Record<string, unknown> {
  const { partition, sort } = TABLE_INDEXES.due;
  return {
    appID,
    taskID,
    windowID,
    pk: partitionOf({ appID, taskID }),
    sk,
    [partition]: DUE_WINDOWS,
    [sort]: new Date(clock.now().getTime() + dueInSeconds * 1000).toISOString(),
  };
}

function partitionOf({ appID, taskID }: HookOwner): string {
  return `${appID}#webhook-windows#${taskID}`;
}

const dueSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  dueAt: z.string(),
  appID: z.string(),
  taskID: z.string(),
  windowID: z.string(),
});

async function takeDue(
  { client, tableName, clock }: StoreDependencies,
  limit: number,
): Promise<HintWindow[]> {
  const now = clock.now();
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: TABLE_INDEXES.due.name,
      KeyConditionExpression: 'dueKey = :due AND dueAt <= :now',
      ExpressionAttributeValues: { ':due': DUE_WINDOWS, ':now': now.toISOString() },
      Limit: limit,
    }),
  );
  const taken: HintWindow[] = [];
  for (const item of Items) {
    const { pk, sk, dueAt, ...window } = dueSchema.parse(item);
    if (await postpone({ client, tableName, clock }, { pk, sk, dueAt })) taken.push(window);
  }
  return taken;
}

/** To the back of the line, so that one that cannot be taken never keeps others out. False if it is not there any more. */
async function postpone(
  { client, tableName, clock }: StoreDependencies,
  { pk, sk, dueAt }: { readonly pk: string; readonly sk: string; readonly dueAt: string },
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { pk, sk },
        UpdateExpression: 'SET dueAt = :next',
        ConditionExpression: 'dueAt = :dueAt',
        ExpressionAttributeValues: {
          ':dueAt': dueAt,
          ':next': new Date(clock.now().getTime() + RESEND_SECONDS * 1000).toISOString(),
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

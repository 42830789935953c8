import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import { TTL_ATTRIBUTE } from '../foundation/table.ts';
import {
  TransactionRefusedError,
  writeTransaction,
  type TransactionItem,
} from '../foundation/transactions.ts';
import type { StoreDependencies } from '../resources/resource-store.ts';
import {
  deliveriesPartition,
  hintsPartition,
  placeOf,
  REMEMBER_SECONDS,
  toDeliveryItem,
  type StoredDelivery,
} from './delivery-items.ts';
import { ifUnknown } from './delivery-ledger.ts';
import type { RunHint } from './hint.ts';
import type { HookOwner } from './hook-id.ts';

/** Two writes for each hint, within the hundred of a transaction. */
const HINTS_PER_TRANSACTION = 50;

/** A hint that no run has taken yet. Its entities; none where it is about the whole source. */
export interface WaitingHint {
  /** Time and id of its delivery. */
  readonly place: string;
  readonly entityIDs: readonly string[] | undefined;
}

/** The hints that wait for a run, of each hook: what is in here is what no run has taken. */
export interface HintLine {
  /** Keeps the delivery and its hint, both or none; false when the delivery is known. */
  join(owner: HookOwner, delivery: StoredDelivery, hint: RunHint): Promise<boolean>;
  /** Up to `limit`, the oldest first, as the table has them now. */
  list(owner: HookOwner, limit: number): Promise<WaitingHint[]>;
  isWaiting(owner: HookOwner, place: string): Promise<boolean>;
  /** Takes hints out of the line for a run; done again, it changes nothing. */
  leave(owner: HookOwner, places: readonly string[], runID: string): Promise<void>;
}

const hintSchema = z.object({ sk: z.string(), entityIDs: z.array(z.string()).optional() });

export function createHintLine(table: StoreDependencies): HintLine {
  const { client, tableName, clock } = table;
  return {
    async join(owner, delivery, hint) {
      const Item = {
        pk: hintsPartition(owner),
        sk: placeOf(delivery),
        ...(hint.kind === 'entities' ? { entityIDs: hint.entityIDs } : {}),
      };
      const items: TransactionItem[] = [
        {
          Put: { TableName: tableName, Item: toDeliveryItem(owner, delivery), ...ifUnknown(clock.now()) },
        },
        { Put: { TableName: tableName, Item } },
      ];
      try {
        await writeTransaction(client, items, clock);
        return true;
      } catch (error) {
        if (error instanceof TransactionRefusedError) return false;
        throw error;
      }
    },
    async list(owner, limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': hintsPartition(owner) },
          Limit: limit,
        }),
      );
      return Items.map((item) => {
        const { sk, entityIDs } = hintSchema.parse(item);
        return { place: sk, entityIDs };
      });
    },
    async isWaiting(owner, place) {
      const Key = { pk: hintsPartition(owner), sk: place };
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
      return Item !== undefined;
    },
    leave: (owner, places, runID) => leaveLine(table, owner, places, runID),
  };
}

async function leaveLine(
  { client, tableName, clock }: StoreDependencies,
  owner: HookOwner,
  places: readonly string[],
  runID: string,
): Promise<void> {
  const expiresAt = Math.floor(clock.now().getTime() / 1000) + REMEMBER_SECONDS;
  for (let start = 0; start < places.length; start += HINTS_PER_TRANSACTION) {
    const items = places.slice(start, start + HINTS_PER_TRANSACTION).flatMap((place): TransactionItem[] => [
      { Delete: { TableName: tableName, Key: { pk: hintsPartition(owner), sk: place } } },
      {
        Update: {
          TableName: tableName,
          Key: { pk: deliveriesPartition(owner), sk: place.slice(place.indexOf('#') + 1) },
          UpdateExpression: `SET #status = :taken, runID = :runID, ${TTL_ATTRIBUTE} = :expiresAt`,
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':taken': 'taken', ':runID': runID, ':expiresAt': expiresAt },
        },
      },
    ]);
    await writeTransaction(client, items, clock);
  }
}

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import { TABLE_INDEXES, TTL_ATTRIBUTE } from '../foundation/table.ts';
import { readItem, readItems } from '../resources/resource-reads.ts';
import type { StoreDependencies } from '../resources/resource-store.ts';
import {
  deliveriesPartition,
  deliverySchema,
  placeOf,
  REFUSED_PREFIX,
  REMEMBER_SECONDS,
  toDeliveryItem,
  type StoredDelivery,
} from './delivery-items.ts';
import type { HookOwner } from './hook-id.ts';

/** A week of hours. */
const MAX_HOURS = 7 * 24;

interface RefusedHour {
  readonly hour: string;
  readonly deliveries: number;
}

/** What became of the deliveries of each hook, for seven days. */
export interface DeliveryLedger {
  find(owner: HookOwner, deliveryID: string): Promise<StoredDelivery | undefined>;
  /** Keeps one that asks for nothing to be done later; false when it is there already. */
  add(owner: HookOwner, delivery: StoredDelivery): Promise<boolean>;
  /** Counts a repeat; nothing when there is no such delivery. */
  noteDuplicate(owner: HookOwner, deliveryID: string): Promise<StoredDelivery | undefined>;
  countRefused(owner: HookOwner): Promise<void>;
  /** Hours in which deliveries were refused, the latest first. */
  listRefused(owner: HookOwner): Promise<RefusedHour[]>;
  /** The newest first, those before `before`; up to a moment late. `next` is where the rest begins. */
  list(
    owner: HookOwner,
    page: { readonly before: string | undefined; readonly limit: number },
  ): Promise<{ deliveries: StoredDelivery[]; next: string | undefined }>;
}

export function createDeliveryLedger(table: StoreDependencies): DeliveryLedger {
  const { client, tableName, clock } = table;
  return {
    async find(owner, deliveryID) {
      const item = await readItem(table, { pk: deliveriesPartition(owner), sk: deliveryID });
      return item !== undefined && isCurrent(item, clock.now()) ? deliverySchema.parse(item) : undefined;
    },
    async add(owner, delivery) {
      return unlessRefused(async () => {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: toDeliveryItem(owner, delivery),
            ...ifUnknown(clock.now()),
          }),
        );
        return true;
      }, false);
    },
    async noteDuplicate(owner, deliveryID) {
      return unlessRefused(async () => {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { pk: deliveriesPartition(owner), sk: deliveryID },
            UpdateExpression: 'SET lastDuplicateAt = :now ADD duplicates :one',
            ConditionExpression: `${TTL_ATTRIBUTE} > :second`,
            ExpressionAttributeValues: {
              ':now': clock.now().toISOString(),
              ':one': 1,
              ':second': Math.floor(clock.now().getTime() / 1000),
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return deliverySchema.parse(Attributes);
      }, undefined);
    },
    countRefused: (owner) => countRefused(table, owner),
    listRefused: (owner) => listRefused(table, owner),
    list: (owner, page) => listDeliveries(table, owner, page),
  };
}

/** The condition of a write that must not meet a delivery which is remembered; TTL deletes late. */
export function ifUnknown(now: Date): {
  ConditionExpression: string;
  ExpressionAttributeValues: Record<string, number>;
} {
  return {
    ConditionExpression: `attribute_not_exists(pk) OR ${TTL_ATTRIBUTE} <= :second`,
    ExpressionAttributeValues: { ':second': Math.floor(now.getTime() / 1000) },
  };
}

async function unlessRefused<Result>(write: () => Promise<Result>, refused: Result): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return refused;
    throw error;
  }
}

function isCurrent(item: Readonly<Record<string, unknown>>, now: Date): boolean {
  const expiresAt = item[TTL_ATTRIBUTE];
  return typeof expiresAt === 'number' && expiresAt * 1000 > now.getTime();
}

async function countRefused(
  { client, tableName, clock }: StoreDependencies,
  owner: HookOwner,
): Promise<void> {
  const now = clock.now();
  await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: { pk: deliveriesPartition(owner), sk: `${REFUSED_PREFIX}${now.toISOString().slice(0, 13)}` },
      UpdateExpression: `SET ${TTL_ATTRIBUTE} = :expiry ADD deliveries :one`,
      ExpressionAttributeValues: {
        ':one': 1,
        ':expiry': Math.floor(now.getTime() / 1000) + REMEMBER_SECONDS,
      },
    }),
  );
}

const refusedSchema = z.object({ sk: z.string(), deliveries: z.int() });

async function listRefused(
  { client, tableName }: StoreDependencies,
  owner: HookOwner,
): Promise<RefusedHour[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': deliveriesPartition(owner), ':prefix': REFUSED_PREFIX },
      ScanIndexForward: false,
      Limit: MAX_HOURS,
    }),
  );
  return Items.map((item) => {
    const { sk, deliveries } = refusedSchema.parse(item);
    return { hour: `${sk.slice(REFUSED_PREFIX.length)}:00:00Z`, deliveries };
  });
}

const keySchema = z.object({ pk: z.string(), sk: z.string() });

async function listDeliveries(
  table: StoreDependencies,
  owner: HookOwner,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<{ deliveries: StoredDelivery[]; next: string | undefined }> {
  const { name, partition, sort } = TABLE_INDEXES.byApplication;
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.tableName,
      IndexName: name,
      KeyConditionExpression: `#partition = :partition${before === undefined ? '' : ' AND #sort < :before'}`,
      ExpressionAttributeNames: {
        '#partition': partition,
        ...(before === undefined ? {} : { '#sort': sort }),
      },
      ExpressionAttributeValues: {
        ':partition': deliveriesPartition(owner),
        ...(before === undefined ? {} : { ':before': before }),
      },
      ScanIndexForward: false,
      Limit: limit + 1,
    }),
  );
  const items = await readItems(
    table,
    Items.slice(0, limit).map((item) => keySchema.parse(item)),
  );
  const deliveries = items
    .filter((item) => isCurrent(item, table.clock.now()))
    .map((item) => deliverySchema.parse(item))
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const last = deliveries.at(-1);
  return { deliveries, next: Items.length > limit && last !== undefined ? placeOf(last) : undefined };
}

import * as z from 'zod';

import type { TransactionItem } from '../foundation/transactions.ts';
import { RESOURCE_KINDS, type Reference, type Resource, type ResourceKind } from './resource.ts';

/**
 * The items of resources in the table:
 *
 * - the resource: pk `{appID}#{kind}`, sk = its id. `body` is JSON text: it is written and read whole, and so keeps
 *   numbers and depth as they came. `useCount` says how many others name it.
 * - one item per use: pk `{appID}#uses#{kind}#{id}` of what is used, sk `{kind}#{id}` of its user; written in the
 *   transaction that changes the user and the count.
 */
export const resourceItemSchema = z.object({
  sk: z.string(),
  version: z.int(),
  useCount: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  deletedAt: z.string().optional(),
  body: z.string(),
});

const useItemSchema = z.object({ sk: z.string() });
const userSchema = z.tuple([z.enum(RESOURCE_KINDS), z.string()]);

/** That a resource is there and not deleted. */
export const IS_LIVE = 'attribute_exists(pk) AND attribute_not_exists(deletedAt)';

export function resourceKey(appID: string, kind: ResourceKind, id: string): { pk: string; sk: string } {
  return { pk: resourcePartition(appID, kind), sk: id };
}

function resourcePartition(appID: string, kind: ResourceKind): string {
  return `${appID}#${kind}`;
}

export function usesPartition(appID: string, used: { kind: ResourceKind; id: string }): string {
  return `${appID}#uses#${used.kind}#${used.id}`;
}

/** The live resource in `item`; nothing when the item is absent or its resource deleted. */
export function readResource<Body>(item: unknown, bodySchema: z.ZodType<Body>): Resource<Body> | undefined {
  if (item === undefined) return undefined;
  const { sk, version, createdAt, updatedAt, deletedAt, body } = resourceItemSchema.parse(item);
  if (deletedAt !== undefined) return undefined;
  return { id: sk, version, createdAt, updatedAt, body: bodySchema.parse(JSON.parse(body)) };
}

/** Who a use item stands for. */
export function readUser(item: unknown): { kind: ResourceKind; id: string } {
  const [kind, id] = userSchema.parse(useItemSchema.parse(item).sk.split('#'));
  return { kind, id };
}

interface UseContext {
  readonly tableName: string;
  readonly appID: string;
  readonly user: { readonly kind: ResourceKind; readonly id: string };
}

/** One more use: first the count of what is used, which must be there and have fewer than `limit`, then the use item. */
export function addUse(context: UseContext, reference: Reference, limit?: number): TransactionItem[] {
  return [
    {
      Update: {
        TableName: context.tableName,
        Key: resourceKey(context.appID, reference.kind, reference.id),
        UpdateExpression: 'ADD useCount :one',
        ConditionExpression: limit === undefined ? IS_LIVE : `${IS_LIVE} AND useCount < :limit`,
        ExpressionAttributeValues: { ':one': 1, ...(limit === undefined ? {} : { ':limit': limit }) },
      },
    },
    { Put: { TableName: context.tableName, Item: useKey(context, reference) } },
  ];
}

/** One use less: the count, on condition that what is used is there (else a ghost of it were made), and the use item. */
export function removeUse(context: UseContext, reference: Reference): TransactionItem[] {
  return [
    {
      Update: {
        TableName: context.tableName,
        Key: resourceKey(context.appID, reference.kind, reference.id),
        UpdateExpression: 'ADD useCount :minusOne',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':minusOne': -1 },
      },
    },
    { Delete: { TableName: context.tableName, Key: useKey(context, reference) } },
  ];
}

function useKey({ appID, user }: UseContext, used: Reference): { pk: string; sk: string } {
  return { pk: usesPartition(appID, used), sk: `${user.kind}#${user.id}` };
}

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import type { Clock } from '../foundation/clock.ts';
import type { Limits } from '../foundation/limits.ts';
import { TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';

/** What kind of request it is: runs and events have a window of their own. */
export type RequestClass = 'observability' | 'other';

/** What is left to a caller in the window that now is. */
export interface Allowance {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetsAt: Date;
}

/** Counts a request, over all processes; nothing when requests of this kind have no limit. */
export type CountRequest = (request: {
  readonly appID: string;
  readonly sourceIP: string;
  readonly requestClass: RequestClass;
}) => Promise<Allowance | undefined>;

const countSchema = z.object({ requests: z.int() });

/**
 * Fixed windows: one item per application, address and window (pk `{appID}#rate#{address}`, sk = kind and start),
 * counted by one conditional write per request. Around the end of a window twice the limit can pass; what it protects
 * from is a client without bounds, and that is bounded.
 */
export function createRateLimiter(
  table: TableAccess & { readonly clock: Clock },
  limits: Pick<Limits, 'observabilityRequestsPer30Seconds' | 'requestsPerMinute'>,
): CountRequest {
  const windows = {
    observability: { limit: limits.observabilityRequestsPer30Seconds, windowSeconds: 30 },
    other: { limit: limits.requestsPerMinute, windowSeconds: 60 },
  } as const satisfies Record<RequestClass, { limit: number | null; windowSeconds: number }>;
  return async ({ appID, sourceIP, requestClass }) => {
    const { limit, windowSeconds } = windows[requestClass];
    if (limit === null) return undefined;
    return countNow(table, { pk: `${appID}#rate#${sourceIP}`, kind: requestClass, limit, windowSeconds });
  };
}

/** Counts a delivery of a task's webhook, over all processes; nothing when deliveries have no limit. */
export type CountDelivery = (hook: {
  readonly appID: string;
  readonly taskID: string;
}) => Promise<Allowance | undefined>;

/** As `createRateLimiter`, with a window per webhook in place of one per address. */
export function createDeliveryLimiter(
  table: TableAccess & { readonly clock: Clock },
  { webhookDeliveriesPerMinute: limit }: Pick<Limits, 'webhookDeliveriesPerMinute'>,
): CountDelivery {
  return async ({ appID, taskID }) => {
    if (limit === null) return undefined;
    return countNow(table, { pk: `${appID}#rate#${taskID}`, kind: 'webhook', limit, windowSeconds: 60 });
  };
}

async function countNow(
  table: TableAccess & { readonly clock: Clock },
  counted: {
    readonly pk: string;
    readonly kind: string;
    readonly limit: number;
    readonly windowSeconds: number;
  },
): Promise<Allowance> {
  const { pk, kind, limit, windowSeconds } = counted;
  const window = Math.floor(table.clock.now().getTime() / 1000 / windowSeconds);
  const resetsAt = new Date((window + 1) * windowSeconds * 1000);
  const requests = await countIn(table, {
    key: { pk, sk: `${kind}#${window}` },
    limit,
    // TTL is for cleaning only, and must not take a window that still counts.
    expiresAt: resetsAt.getTime() / 1000 + windowSeconds,
  });
  return {
    isAllowed: requests !== undefined,
    limit,
    windowSeconds,
    remaining: requests === undefined ? 0 : limit - requests,
    resetsAt,
  };
}

/** How many requests there were with this one; nothing, and nothing counted, when there were as many as may be. */
async function countIn(
  table: TableAccess,
  window: { readonly key: { pk: string; sk: string }; readonly limit: number; readonly expiresAt: number },
): Promise<number | undefined> {
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: window.key,
        UpdateExpression: `SET ${TTL_ATTRIBUTE} = :expiry ADD requests :one`,
        ConditionExpression: 'attribute_not_exists(requests) OR requests < :limit',
        ExpressionAttributeValues: { ':one': 1, ':limit': window.limit, ':expiry': window.expiresAt },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return countSchema.parse(Attributes).requests;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

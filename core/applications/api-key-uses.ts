import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import { TTL_ATTRIBUTE } from '../foundation/table.ts';
import { readItems } from '../resources/resource-reads.ts';
import type { StoreDependencies } from '../resources/resource-store.ts';

/** A use is written down again after so long: when a key was last used is known to the hour, at a write per hour. */
const STEP_MILLISECONDS = 60 * 60 * 1000;

/** An item that no use has moved for so long goes: nobody asks for a use that long ago. */
const RETENTION_SECONDS = 400 * 24 * 60 * 60;

const useSchema = z.object({ sk: z.string(), lastUsedAt: z.string() });

/**
 * When keys were last used: pk `{appID}#key-use`, sk = the key's ID. Apart from the key, so that a use is no change of
 * the key and cannot stand in the way of revoking it.
 */
export interface ApiKeyUses {
  note(appID: string, keyID: string): Promise<void>;
  /** The last use of each of these keys that was used, by ID; up to an hour late. */
  find(appID: string, keyIDs: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}

export function createApiKeyUses(table: StoreDependencies): ApiKeyUses {
  return {
    async note(appID, keyID) {
      const now = table.clock.now();
      try {
        await table.client.send(
          new UpdateCommand({
            TableName: table.tableName,
            Key: useKey(appID, keyID),
            UpdateExpression: `SET lastUsedAt = :now, ${TTL_ATTRIBUTE} = :expiry`,
            ConditionExpression: 'attribute_not_exists(lastUsedAt) OR lastUsedAt <= :before',
            ExpressionAttributeValues: {
              ':now': now.toISOString(),
              ':before': new Date(now.getTime() - STEP_MILLISECONDS).toISOString(),
              ':expiry': Math.floor(now.getTime() / 1000) + RETENTION_SECONDS,
            },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    async find(appID, keyIDs) {
      const items = await readItems(
        table,
        keyIDs.map((keyID) => useKey(appID, keyID)),
      );
      const uses = items.map((item) => useSchema.parse(item));
      return new Map(uses.map(({ sk, lastUsedAt }) => [sk, new Date(lastUsedAt)]));
    },
  };
}

function useKey(appID: string, keyID: string): { pk: string; sk: string } {
  return { pk: `${appID}#key-use`, sk: keyID };
}

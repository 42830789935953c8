import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { TABLE_KEYS } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readPartition } from '../resources/resource-reads.ts';

const itemSchema = z.object({ [TABLE_KEYS.sort]: z.string() });

/**
 * Which destinations may target an index: noted before a destination is stored or changed, so no destination is ever
 * missing here, while one that was never stored, was deleted or goes to another index now may still be named.
 */
export interface IndexDestinations {
  note(appID: string, indexName: string, destinationID: string): Promise<void>;
  /** The noted ids, up to `limit`. */
  list(appID: string, indexName: string, limit: number): Promise<string[]>;
}

export function createIndexDestinations(table: TableAccess): IndexDestinations {
  const partitionOf = (appID: string, indexName: string) => `${appID}#index-destinations#${indexName}`;
  return {
    async note(appID, indexName, destinationID) {
      const Item = {
        [TABLE_KEYS.partition]: partitionOf(appID, indexName),
        [TABLE_KEYS.sort]: destinationID,
      };
      await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
    },
    async list(appID, indexName, limit) {
      const items = await readPartition(table, partitionOf(appID, indexName), limit);
      return items.map((item) => itemSchema.parse(item)[TABLE_KEYS.sort]);
    },
  };
}

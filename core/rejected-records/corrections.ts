import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { writeTransaction } from '../foundation/transactions.ts';
import { readPartition } from '../resources/resource-reads.ts';

/** A replay has its end long before. */
const KEPT_DAYS = 7;

/** A record to be written in the place of a rejected one: its JSON begins with its objectID. */
export interface Correction {
  readonly number: number;
  readonly record: string;
}

const correctionSchema = z.object({ number: z.int(), record: z.string() });

/** Stores the corrected records of a replay under the key of its trigger; again, nothing changes. */
export async function storeCorrections(
  { client, tableName, clock }: TableAccess & { readonly clock: Clock },
  replay: { readonly appID: string; readonly triggerKey: string },
  corrections: readonly Correction[],
): Promise<void> {
  const expiresAt = Math.floor(clock.now().getTime() / 1000) + KEPT_DAYS * 86_400;
  const items = corrections.map(({ number, record }) => ({
    Put: {
      TableName: tableName,
      Item: {
        [TABLE_KEYS.partition]: partitionOf(replay),
        [TABLE_KEYS.sort]: String(number).padStart(6, '0'),
        number,
        record,
        [TTL_ATTRIBUTE]: expiresAt,
      },
    },
  }));
  if (items.length > 0) await writeTransaction(client, items, clock);
}

/** The corrected records of a replay, by the number of the rejected one. */
export async function readCorrections(
  table: TableAccess,
  replay: { readonly appID: string; readonly triggerKey: string },
): Promise<ReadonlyMap<number, string>> {
  const items = await readPartition(table, partitionOf(replay));
  return new Map(
    items.map((item) => {
      const { number, record } = correctionSchema.parse(item);
      return [number, record];
    }),
  );
}

function partitionOf({ appID, triggerKey }: { appID: string; triggerKey: string }): string {
  return `${appID}#replay#${triggerKey}`;
}

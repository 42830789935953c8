import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { readItems } from '../resources/resource-reads.ts';
import type { Run } from './run.ts';

const itemSchema = z.object({
  [TABLE_KEYS.sort]: z.string(),
  lastRunAt: z.string(),
  [TTL_ATTRIBUTE]: z.number(),
});

/** When each task last ran; those are missing that never did, or so long ago that the run is gone. */
export type LastRuns = ReadonlyMap<string, Date>;

export type FindLastRuns = (appID: string, taskIDs: readonly string[]) => Promise<LastRuns>;

export function createFindLastRuns(table: TableAccess & { readonly clock: Clock }): FindLastRuns {
  return async (appID, taskIDs) => {
    const items = await readItems(
      table,
      taskIDs.map((taskID) => lastRunKey(appID, taskID)),
    );
    const now = table.clock.now().getTime() / 1000;
    return new Map(
      items
        .map((item) => itemSchema.parse(item))
        .filter((item) => item[TTL_ATTRIBUTE] > now)
        .map((item) => [item[TABLE_KEYS.sort], new Date(item.lastRunAt)]),
    );
  };
}

/** The write that notes a fresh run as the last one of its task; nothing for one that is no run of what the task does. */
export function lastRunChange(tableName: string, run: Run, expiresAt: number): TransactionItem[] {
  const { appID, taskID, type, status, createdAt } = run;
  if (!['reindex', 'update'].includes(type) || status === 'skipped') return [];
  const item = { ...lastRunKey(appID, taskID), lastRunAt: createdAt, [TTL_ATTRIBUTE]: expiresAt };
  return [{ Put: { TableName: tableName, Item: item } }];
}

function lastRunKey(appID: string, taskID: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#last-run`, [TABLE_KEYS.sort]: taskID };
}

import type { Clock } from '../foundation/clock.ts';
import { TABLE_KEYS } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import {
  TransactionRefusedError,
  writeTransaction,
  type TransactionItem,
} from '../foundation/transactions.ts';
import { LeaseLostError } from '../leases/lease-lost-error.ts';
import type { Lease } from '../leases/lease.ts';
import { heldBytes } from '../records/kept-content.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';
import { readItems } from '../resources/resource-reads.ts';
import type { Run } from '../runs/run.ts';
import {
  keptRejectionSchema,
  MAX_KEPT_RECORDS,
  rejectionKey,
  toRejectionItem,
  type KeptRejection,
  type RunReference,
} from './kept-rejection.ts';

/** A transaction takes 100 items and 4 MB. */
const CHUNK_RECORDS = 100;
const CHUNK_BYTES = 2_000_000;

/**
 * The rejected records of runs, numbered in the order of the source. Those count that the run's `rejectedKept` covers,
 * which is committed with the checkpoint: what a worker that died wrote beyond it is written over by the next one.
 */
export interface RejectedRecordStore {
  /**
   * Writes them behind those that the run has, as many as may be kept; returns how many it has then, for the commit
   * that makes them count. A `LeaseLostError` when another worker has been there.
   */
  keep(
    run: Pick<Run, 'appID' | 'runID' | 'createdAt' | 'rejectedKept'>,
    lease: Lease,
    rejected: readonly RejectedRecord[],
  ): Promise<number>;
  /** Those of these numbers that are there, in order. */
  read(run: RunReference, numbers: readonly number[]): Promise<KeptRejection[]>;
  /** Notes which run has written them. */
  markReplayed(run: RunReference, numbers: readonly number[], replayedBy: string): Promise<void>;
}

export function createRejectedRecordStore(
  options: TableAccess & { readonly clock: Clock; readonly retentionDays: number },
): RejectedRecordStore {
  const { client, tableName, clock, retentionDays } = options;
  return {
    async keep(run, lease, rejected) {
      const before = run.rejectedKept ?? 0;
      const kept = rejected.slice(0, MAX_KEPT_RECORDS - before);
      const expiresAt = Math.floor(Date.parse(run.createdAt) / 1000) + retentionDays * 86_400;
      const items = kept.map((record, index) => {
        const item = { number: before + index + 1, fence: lease.fence, expiresAt };
        return toPut(tableName, toRejectionItem(run, record, item), lease);
      });
      try {
        for (const chunk of inChunks(items, kept)) await writeTransaction(client, chunk, clock);
      } catch (error) {
        if (error instanceof TransactionRefusedError) throw new LeaseLostError(lease.key);
        throw error;
      }
      return before + kept.length;
    },
    async read(run, numbers) {
      const items = await readItems(
        options,
        numbers.map((number) => rejectionKey(run, number)),
      );
      return items.map((item) => keptRejectionSchema.parse(item)).sort((a, b) => a.number - b.number);
    },
    async markReplayed(run, numbers, replayedBy) {
      const replayedAt = clock.now().toISOString();
      const marks = numbers.map((number) =>
        toMark(tableName, rejectionKey(run, number), { replayedBy, replayedAt }),
      );
      for (let start = 0; start < marks.length; start += CHUNK_RECORDS) {
        await writeMarks(options, marks.slice(start, start + CHUNK_RECORDS));
      }
    },
  };
}

/** A worker that was paused writes over nothing that came after it. */
function toPut(tableName: string, item: Record<string, unknown>, { fence }: Lease): TransactionItem {
  return {
    Put: {
      TableName: tableName,
      Item: item,
      ConditionExpression: 'attribute_not_exists(#pk) OR fence <= :fence',
      ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition },
      ExpressionAttributeValues: { ':fence': fence },
    },
  };
}

function* inChunks(
  items: readonly TransactionItem[],
  records: readonly RejectedRecord[],
): Generator<TransactionItem[]> {
  let chunk: TransactionItem[] = [];
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const content = records[index]?.content;
    chunk.push(item);
    bytes += content === undefined ? 0 : heldBytes(content);
    if (chunk.length < CHUNK_RECORDS && bytes < CHUNK_BYTES) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}

function toMark(
  tableName: string,
  key: Record<string, string>,
  { replayedBy, replayedAt }: { replayedBy: string; replayedAt: string },
): TransactionItem {
  return {
    Update: {
      TableName: tableName,
      Key: key,
      UpdateExpression: 'SET replayedBy = :by, replayedAt = :at',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': TABLE_KEYS.partition },
      ExpressionAttributeValues: { ':by': replayedBy, ':at': replayedAt },
    },
  };
}

/** Without those that have expired meanwhile: there is nothing left of them to replay again. */
async function writeMarks(
  table: TableAccess & { readonly clock: Clock },
  marks: readonly TransactionItem[],
): Promise<void> {
  if (marks.length === 0) return;
  try {
    await writeTransaction(table.client, marks, table.clock);
  } catch (error) {
    if (!(error instanceof TransactionRefusedError)) throw error;
    await writeMarks(
      table,
      marks.filter((_, index) => !error.failed.includes(index)),
    );
  }
}

import type { RecordBatch } from '../../../core/records/record-batch.ts';
import type { WriteReceipt } from '../../../core/runs/ports.ts';
import { objectIDOf } from '../../../core/records/record-text.ts';
import { writeBatch, type BatchTarget } from './write-batch.ts';

/** How many records one look-up asks for. */
const LOOK_UP_SIZE = 1000;

/** Writes records under ids that the index does not have, and leaves alone those that it has. */
export interface RecordAppender {
  write(batch: RecordBatch, signal: AbortSignal): Promise<WriteReceipt>;
  /** These tasks are published: what they wrote is found from now on. */
  published(publications: readonly number[]): void;
}

/**
 * The Search API has no action that only creates, so each batch is looked up before it is written. What was accepted and
 * is not published yet cannot be found, so that is remembered; what another program writes meanwhile is not seen.
 */
export function createRecordAppender(target: BatchTarget): RecordAppender {
  /** The tasks that must be published before the record can be found. */
  const unpublished = new Map<string, readonly number[]>();
  return {
    async write(batch, signal) {
      // What is there stays, so it is not removed either.
      if (batch.isDeletion === true) return sumOf([], { awaited: new Set(), count: batch.count });
      const ids = Array.from({ length: batch.count }, (_, index) => objectIDOf(batch, index));
      // Before the look-up: what is published while it is under way may not be in its answer.
      const pending = new Set(ids.filter((id) => unpublished.has(id)));
      const awaited = new Set(ids.flatMap((id) => unpublished.get(id) ?? []));
      const existing = await findExisting(target, ids, signal);
      const receipts: WriteReceipt[] = [];
      let left = [...ids.entries()].filter(([, id]) => !existing.has(id) && !pending.has(id));
      while (left.length > 0) {
        const first = new Map(left.toReversed().map(([index, id]) => [id, index]));
        const selection = [...first.values()].sort((one, other) => one - other);
        const receipt = await writeBatch(target, batch, signal, selection);
        receipts.push(receipt);
        const refused = new Set(receipt.rejected.map(({ objectID }) => objectID));
        for (const id of first.keys()) if (!refused.has(id)) unpublished.set(id, receipt.publications);
        // Where the first record of an id was refused, the next one is the first.
        left = left.filter(([index, id]) => refused.has(id) && first.get(id) !== index);
      }
      return sumOf(receipts, { awaited, count: batch.count });
    },
    published(publications) {
      const done = new Set(publications);
      for (const [id, tasks] of unpublished) {
        if (tasks.every((task) => done.has(task))) unpublished.delete(id);
      }
    },
  };
}

function sumOf(
  receipts: readonly WriteReceipt[],
  { awaited, count }: { awaited: ReadonlySet<number>; count: number },
): WriteReceipt {
  const accepted = receipts.reduce((sum, receipt) => sum + receipt.accepted, 0);
  const rejected = receipts.flatMap((receipt) => receipt.rejected);
  return {
    accepted,
    rejected: rejected.sort((one, other) => (one.position ?? 0) - (other.position ?? 0)),
    unchanged: count - accepted - rejected.length,
    publications: [...awaited, ...receipts.flatMap(({ publications }) => publications)],
  };
}

async function findExisting(
  { operations, indexName }: BatchTarget,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const parts = Array.from({ length: Math.ceil(ids.length / LOOK_UP_SIZE) }, (_, part) =>
    ids.slice(part * LOOK_UP_SIZE, (part + 1) * LOOK_UP_SIZE),
  );
  const found = await Promise.all(parts.map((part) => operations.findExisting(indexName, part, signal)));
  return new Set(found.flat());
}

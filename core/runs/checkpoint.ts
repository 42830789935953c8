import { toReason } from '../records/rejected-record.ts';
import { EngineFaultError } from './engine-fault-error.ts';
import type { RepeatedIDs } from './repeated-ids.ts';
import { addCounts, isBalanced } from './run-counts.ts';
import type { TaskAction } from './run.ts';
import type { RunNote } from './run-journal.ts';
import type { Stretch, StretchTotals } from './stretch.ts';
import { transformNotes } from './transform-notes.ts';
import type { RunWork } from './run-work.ts';

const MAX_NAMED_REJECTIONS = 20;

const KEPT_OF_REPEATS: Readonly<Record<TaskAction, string>> = {
  replace: 'the later record was kept',
  save: 'the later record was kept',
  partial: 'both were applied, one after the other',
  partialNoCreate: 'both were applied, one after the other',
  append: 'the first record was kept',
};

/** Commits a stretch once all of it is accepted and published: the cursor never stands past what can be searched. */
export async function checkpoint(
  { engine, connection, journal, lease }: RunWork,
  stretch: Stretch,
  repeatedIDs: RepeatedIDs,
  signal: AbortSignal,
): Promise<void> {
  const totals = await stretch.total();
  if (totals === undefined) return;
  if (totals.publications.length > 0) {
    await connection.destination.waitForPublication(totals.publications, signal);
  }
  const counts = addCounts(journal.run.counts, totals.counts);
  if (!isBalanced(counts)) {
    throw new EngineFaultError('run.unbalanced', `The books do not balance: ${JSON.stringify(counts)}`);
  }
  signal.throwIfAborted();
  const { cursor, sourceBytesRead, rejected } = totals;
  const kept =
    rejected.length === 0
      ? {}
      : { rejectedKept: await engine.rejectedRecords.keep(journal.run, lease.current, rejected) };
  const notes = notesOf(totals, repeatedIDs, journal.run.action);
  const also = connection.progress?.(cursor, { hasRejected: counts.rejected > 0 }) ?? [];
  await journal.commit({ cursor, counts, sourceBytesRead, stalls: 0, ...kept }, notes, also);
}

function notesOf(totals: StretchTotals, repeatedIDs: RepeatedIDs, action: TaskAction): RunNote[] {
  const { counts, deleted, objectIDs, rejected } = totals;
  const notes: RunNote[] = transformNotes(totals.transformed);
  const { applied, unchanged } = counts;
  if (applied + unchanged > 0) {
    notes.push({
      type: 'record',
      status: 'succeeded',
      batchSize: applied + unchanged,
      data: {
        applied,
        unchanged,
        rejected: counts.rejected,
        ...(deleted === 0 ? {} : { deleted }),
        objectIDs,
      },
    });
  }
  if (counts.rejected > 0) {
    notes.push({
      type: 'record',
      status: 'failed',
      batchSize: counts.rejected,
      data: { rejected: counts.rejected, reasons: rejected.slice(0, MAX_NAMED_REJECTIONS).map(toReason) },
    });
  }
  const named = repeatedIDs.takeNamed();
  if (named.length > 0) {
    notes.push({
      type: 'log',
      status: null,
      batchSize: unchanged,
      data: {
        level: 'warning',
        code: 'record.repeated',
        message: named
          .map(({ objectID, place }) => `objectID ${objectID} occurs again in ${place}`)
          .join('; ')
          .concat(`: ${KEPT_OF_REPEATS[action]}`),
        repeated: named.map(({ objectID, position }) => ({ objectID, position })),
      },
    });
  }
  return notes;
}

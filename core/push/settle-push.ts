import { toReason } from '../records/rejected-record.ts';
import { decideSettlement } from '../runs/decide-settlement.ts';
import type { Run, RunCounts, Settlement } from '../runs/run.ts';
import type { RunNote } from '../runs/run-journal.ts';
import { transformNotes } from '../runs/transform-notes.ts';
import type { PushReceipt } from './push-destination.ts';

const MAX_NAMED_REJECTIONS = 20;

/** What a push came to once its records are published: its books, its end and the event that was promised. */
export interface PushEnd {
  readonly counts: RunCounts;
  readonly settlement: Settlement;
  readonly notes: readonly RunNote[];
}

export function settlePush(run: Run, push: NonNullable<Run['push']>, receipt: PushReceipt): PushEnd {
  const { accepted, rejected, transformed } = receipt;
  const received = accepted + rejected.length;
  const counts = { received, applied: accepted, unchanged: 0, rejected: rejected.length };
  return {
    counts,
    settlement: endOfIndexAction(push, transformed?.in ?? received) ?? decideSettlement({ ...run, counts }),
    notes: [...transformNotes(transformed), noteOf(push, receipt)],
  };
}

function noteOf({ action, indexName, eventID }: NonNullable<Run['push']>, receipt: PushReceipt): RunNote {
  const { accepted: applied, rejected } = receipt;
  return {
    type: 'record',
    status: rejected.length === 0 ? 'succeeded' : 'failed',
    batchSize: applied + rejected.length,
    eventID,
    data: {
      action,
      indexName,
      applied,
      rejected: rejected.length,
      ...(rejected.length === 0 ? {} : { reasons: rejected.slice(0, MAX_NAMED_REJECTIONS).map(toReason) }),
    },
  };
}

/** Where no record can have failed. */
function endOfIndexAction(
  { action, indexName }: NonNullable<Run['push']>,
  received: number,
): Settlement | undefined {
  const success = (reason: string): Settlement => ({ outcome: 'success', reasonCode: 'ok', reason });
  if (action === 'clear') return success(`All records of ${indexName} were deleted.`);
  if (action === 'delete') return success(`The index ${indexName} was deleted.`);
  return received === 0 ? success('No records were pushed: there was nothing to do.') : undefined;
}

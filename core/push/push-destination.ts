import type { RecordBatch, TransformReport } from '../records/record-batch.ts';
import type { RecordDestination, WriteReceipt } from '../runs/ports.ts';
import type { Run } from '../runs/run.ts';

/**
 * One index, opened for one push and its action. `write` is called once, also for the actions that take no records.
 * Errors: `DestinationError`.
 */
export interface PushDestination extends Pick<RecordDestination, 'waitForPublication'> {
  write(batch: RecordBatch, signal: AbortSignal): Promise<PushReceipt>;
}

/** What became of a push, and what its destination's transformation did, where there is one. */
export interface PushReceipt extends WriteReceipt {
  readonly transformed?: TransformReport | undefined;
}

/**
 * Opens the index that a push names. A `MillraceError` that is fatal ends the push; anything else sends the message
 * back to the queue.
 */
export type OpenPushDestination = (run: Run) => Promise<PushDestination>;

import type { RecordBatch } from '../../../core/records/record-batch.ts';
import { recordSize } from './batch-body.ts';
import { objectIDOf, recordText } from '../../../core/records/record-text.ts';
import type { Refusal } from './search-failures.ts';

/**
 * Which records of what was sent a refusal is about; empty when it does not say so beyond doubt, and they must be
 * found by sending parts. `selection` are the records sent, in order.
 */
export function recordsAtFault(batch: RecordBatch, selection: readonly number[], refusal: Refusal): number[] {
  if (selection.length === 1) return [...selection];
  const named = namedRecord(batch, selection, refusal);
  if (named === undefined) return [];
  return [named, ...alsoTooBig(batch, selection, { named, refusal })].sort((left, right) => left - right);
}

function namedRecord(batch: RecordBatch, selection: readonly number[], refusal: Refusal): number | undefined {
  const { position, objectID } = refusal;
  const byPosition = position === undefined ? undefined : selection[position];
  if (objectID === undefined) return byPosition;
  if (byPosition !== undefined && objectIDOf(batch, byPosition) === objectID) return byPosition;
  const sameID = selection.filter((index) => objectIDOf(batch, index) === objectID);
  return sameID.length === 1 ? sameID[0] : undefined;
}

/**
 * The service names one record at a time, so a batch with many big ones would be sent as often as it has them. When our
 * count of the named one equals the service's, the same count finds the others; when not, none is presumed too big.
 */
function alsoTooBig(
  batch: RecordBatch,
  selection: readonly number[],
  { named, refusal }: { named: number; refusal: Refusal },
): number[] {
  const { sizeBytes, limitBytes } = refusal;
  if (!refusal.tooBig || sizeBytes === undefined || limitBytes === undefined) return [];
  const measure = [recordSize, compactSize].find((candidate) => candidate(batch, named) === sizeBytes);
  if (measure === undefined) return [];
  return selection.filter(
    (index) => index !== named && recordSize(batch, index) > limitBytes && measure(batch, index) > limitBytes,
  );
}

/** The size without white space and needless escapes. */
export function compactSize(batch: RecordBatch, index: number): number {
  return Buffer.byteLength(JSON.stringify(JSON.parse(recordText(batch, index))));
}

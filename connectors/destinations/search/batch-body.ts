import type { RecordBatch } from '../../../core/records/record-batch.ts';
import { startOf } from '../../../core/records/record-text.ts';

/** The Search API's name for what is done with each record of a batch. */
export type BatchAction =
  | 'addObject'
  | 'updateObject'
  | 'partialUpdateObject'
  | 'partialUpdateObjectNoCreate'
  | 'deleteObject';

const OPENING = Buffer.from('{"requests":[');
const CLOSING = Buffer.from(']}');

/**
 * Builds the body of a batch request around the bytes of the chosen records, which are copied as they are into a buffer
 * that `allocate` gives.
 */
export function buildBatchBody(
  batch: RecordBatch,
  action: BatchAction,
  selection: readonly number[],
  allocate: (sizeBytes: number) => Buffer<ArrayBuffer> = (sizeBytes) => Buffer.allocUnsafe(sizeBytes),
): Buffer<ArrayBuffer> {
  const before = Buffer.from(`{"action":"${action}","body":`);
  const between = Buffer.from(`},{"action":"${action}","body":`);
  const records = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
  const body = allocate(bodySize(batch, selection, between.length));
  let at = OPENING.copy(body);
  // Not by an iterator: its pairs would be most of what the collector has to clear away during a run.
  for (let place = 0; place < selection.length; place += 1) {
    const record = selection[place] ?? 0;
    at += (place === 0 ? before : between).copy(body, at);
    at += records.copy(body, at, startOf(batch, record), batch.ends[record]);
  }
  if (selection.length > 0) at += body.write('}', at);
  CLOSING.copy(body, at);
  return body;
}

/** How many bytes record `index` has. */
export function recordSize(batch: RecordBatch, index: number): number {
  return (batch.ends[index] ?? 0) - startOf(batch, index);
}

/** Each record costs its own envelope and, after the first, a comma: one byte less than `between` times the records. */
function bodySize(batch: RecordBatch, selection: readonly number[], betweenSize: number): number {
  let size = OPENING.length + CLOSING.length + Math.max(0, selection.length * betweenSize - 1);
  for (const index of selection) size += recordSize(batch, index);
  return size;
}

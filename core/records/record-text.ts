import { OBJECT_ID_OFFSET, type RecordBatch } from './record-batch.ts';

/** The objectID of record `index`, decoded. */
export function objectIDOf(batch: RecordBatch, index: number): string {
  const text = textOf(batch, startOf(batch, index) + OBJECT_ID_OFFSET, batch.idEnds[index]);
  return String(JSON.parse(text));
}

/** The text of record `index`. */
export function recordText(batch: RecordBatch, index: number): string {
  return textOf(batch, startOf(batch, index), batch.ends[index]);
}

/** Where record `index` begins within the batch's bytes. */
export function startOf({ ends }: RecordBatch, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] ?? 0);
}

function textOf({ bytes }: RecordBatch, start: number, end = start): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

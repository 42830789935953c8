import type { RejectedRecord } from './rejected-record.ts';

/** Where a source stands, as JSON: opaque to all but the connector that made it, at most 4 KB. */
export type Cursor = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Some records of a source as bytes, on their way to a destination.
 *
 * Record `i` is `bytes[i === 0 ? 0 : ends[i - 1] .. ends[i])`: one JSON object in UTF-8 that begins with
 * `{"objectID":"…"`, nothing between two records. The JSON string of its objectID, quotes included, is
 * `bytes[start + OBJECT_ID_OFFSET .. idEnds[i])`. Nothing may be changed in place: the bytes can be on the wire.
 */
export interface RecordBatch {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  readonly idEnds: Uint32Array;
  /** How many records: the length of `ends` and `idEnds` that counts. */
  readonly count: number;
  /** Where the first record stands in the source, as in `RejectedRecord.position`; 0 when `count` is 0. */
  readonly firstPosition: number;
  /** Where each record stands, for sources whose records do not each take one place (rows of several lines). */
  readonly positions?: Uint32Array;
  /** What positions count; records where absent. */
  readonly positionUnit?: 'line' | 'element';
  /** What was read since the batch before and cannot be sent. */
  readonly rejected: readonly RejectedRecord[];
  /** Where to go on once everything up to and including this batch is done. */
  readonly cursor: Cursor;
  /** Bytes of the source read so far (compressed sizes where the source is compressed), for progress. */
  readonly sourceBytesRead: number;
  /** No more records than these can follow; absent where the source cannot tell. */
  readonly maxRecordsLeft?: number | undefined;
  /**
   * No checkpoint may come between this batch and the next: nobody could go on there. They come from one place of the
   * source, or of an answer that is asked for again as a whole.
   */
  readonly continues?: boolean;
  /** The records are ids only, of records that are to be removed. */
  readonly isDeletion?: boolean;
  /** What a transformation did, where one made these records. */
  readonly transformed?: TransformReport;
  /** Gives the memory back to who made it, once: from then on nobody may read `bytes`, `ends`, `idEnds` or `positions`. Never called is right too. */
  readonly release?: () => void;
}

/** What a transformation made of some records: each that went in came out as one or more, was dropped, or failed. */
export interface TransformReport {
  readonly transformationID: string;
  readonly in: number;
  readonly out: number;
  readonly dropped: number;
  readonly failed: number;
  /** The first few; all are among the batch's rejections. */
  readonly failures: readonly RejectedRecord[];
  /** What the code printed, in part. */
  readonly logs: readonly { readonly level: string; readonly message: string }[];
}

/** Where record `index` stands in the source. */
export function positionOf({ positions, firstPosition }: RecordBatch, index: number): number {
  return positions?.[index] ?? firstPosition + index;
}

/** Where record `index` stands, in the words of who looks it up in the source: `the record at line 3`, `element 3`, `record 3`. */
export function describePlace(batch: RecordBatch, index: number): string {
  const position = positionOf(batch, index);
  if (position === 0) return 'the record';
  return batch.positionUnit === 'line'
    ? `the record at line ${position}`
    : `${batch.positionUnit ?? 'record'} ${position}`;
}

/** What every record begins with; the JSON string of its id follows. */
export const RECORD_OPENING = '{"objectID":';
export const OBJECT_ID_OFFSET = RECORD_OPENING.length;

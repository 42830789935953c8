import type { Cursor, RecordBatch } from '../../core/records/record-batch.ts';
import { OBJECT_ID_OFFSET } from '../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../core/records/rejected-record.ts';

export interface TestRecord {
  readonly objectID: string;
  readonly [attribute: string]: unknown;
}

/** A batch as a source makes it. */
export function toBatch(
  records: readonly TestRecord[],
  rest: Partial<
    Pick<RecordBatch, 'cursor' | 'firstPosition' | 'positions' | 'rejected' | 'sourceBytesRead'>
  > = {},
): RecordBatch {
  const texts = records.map(({ objectID, ...attributes }) => JSON.stringify({ objectID, ...attributes }));
  const ends = new Uint32Array(records.length);
  const idEnds = new Uint32Array(records.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    idEnds[index] =
      end + OBJECT_ID_OFFSET + Buffer.byteLength(JSON.stringify(records[index]?.objectID ?? ''));
    end += Buffer.byteLength(text);
    ends[index] = end;
  }
  return {
    bytes: Buffer.from(texts.join('')),
    ends,
    idEnds,
    count: records.length,
    firstPosition: 1,
    rejected: [] as RejectedRecord[],
    cursor: {} as Cursor,
    sourceBytesRead: 0,
    ...rest,
  };
}

/** The records of a batch, parsed. */
export function recordsOf(batch: RecordBatch): TestRecord[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const start = index === 0 ? 0 : batch.ends[index - 1];
    return JSON.parse(Buffer.from(batch.bytes.subarray(start, batch.ends[index])).toString()) as TestRecord;
  });
}

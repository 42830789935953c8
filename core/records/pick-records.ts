import { OBJECT_ID_OFFSET, type RecordBatch } from './record-batch.ts';

/** The batch with these records alone, copied: its cursor stays, and what it rejected is given. */
export function pickRecords(
  batch: RecordBatch,
  indexes: readonly number[],
  rejected: RecordBatch['rejected'],
): RecordBatch {
  const starts = indexes.map((index) => (index === 0 ? 0 : (batch.ends[index - 1] ?? 0)));
  const sizes = indexes.map((index, at) => (batch.ends[index] ?? 0) - (starts[at] ?? 0));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
  const ends = new Uint32Array(indexes.length);
  const idEnds = new Uint32Array(indexes.length);
  const positions = new Uint32Array(indexes.length);
  let length = 0;
  for (const [at, index] of indexes.entries()) {
    const start = starts[at] ?? 0;
    idEnds[at] = length + (batch.idEnds[index] ?? 0) - start;
    positions[at] = batch.positions?.[index] ?? batch.firstPosition + index;
    bytes.set(batch.bytes.subarray(start, batch.ends[index]), length);
    length += sizes[at] ?? 0;
    ends[at] = length;
  }
  const { release, ...rest } = batch;
  release?.();
  return {
    ...rest,
    bytes,
    ends,
    idEnds,
    positions,
    count: indexes.length,
    firstPosition: positions[0] ?? 0,
    rejected,
  };
}

/** A batch that removes these records. */
export function toDeletion(
  objectIDs: readonly string[],
  place: Pick<RecordBatch, 'cursor' | 'sourceBytesRead'>,
): RecordBatch {
  const ids = objectIDs.map((objectID) => Buffer.from(JSON.stringify(objectID)));
  const ends = new Uint32Array(ids.length);
  const idEnds = new Uint32Array(ids.length);
  let length = 0;
  for (const [index, id] of ids.entries()) {
    idEnds[index] = length + OBJECT_ID_OFFSET + id.length;
    length = (idEnds[index] ?? 0) + 1;
    ends[index] = length;
  }
  const bytes = Buffer.from(ids.map((id) => `{"objectID":${id.toString()}}`).join(''));
  return {
    ...place,
    bytes,
    ends,
    idEnds,
    count: ids.length,
    firstPosition: 0,
    rejected: [],
    isDeletion: true,
  };
}

import { toDeletion } from '../records/pick-records.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';
import type { RecordSource } from './ports.ts';
import { objectIDOf } from '../records/record-text.ts';

/** As many as one request takes. */
const MAX_DELETIONS = 1_000;

/** What lists the records of an index that stand for parts of these entities. */
export type ListParts = (entityIDs: ReadonlySet<string>, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * All parts of the named entities (the variants of products), then a deletion of those that the index has and the source
 * does not give any more. Where a record could not be read that may be one of those, nothing is removed: they are rejected.
 */
export function createPartSource(
  source: Required<Pick<RecordSource, 'readEntities'>>,
  entityIDs: readonly string[],
  listParts: ListParts,
): RecordSource {
  return {
    async *read(cursor, signal) {
      if (cursor?.['partsDone'] === true) return;
      const given = new Set<string>();
      let isUnreadable = false;
      let sourceBytesRead = 0;
      // From the first whatever the cursor: that is a request or a few, and what was given must be known. So no checkpoint
      // comes in between, or what it counted would be counted again.
      for await (const batch of source.readEntities(entityIDs, signal)) {
        for (let index = 0; index < batch.count; index += 1) given.add(objectIDOf(batch, index));
        for (const { objectID } of batch.rejected) {
          if (objectID === undefined) isUnreadable = true;
          else given.add(objectID);
        }
        sourceBytesRead = batch.sourceBytesRead;
        yield { ...batch, cursor: { partsDone: false }, maxRecordsLeft: undefined, continues: true };
      }
      const known = await listParts(new Set(entityIDs), signal);
      const gone = known.filter((objectID) => !given.has(objectID));
      yield* toEnd(gone, isUnreadable, sourceBytesRead);
    },
  };
}

function* toEnd(
  gone: readonly string[],
  isUnreadable: boolean,
  sourceBytesRead: number,
): Generator<RecordBatch> {
  const end = { cursor: { partsDone: true }, sourceBytesRead };
  if (isUnreadable) {
    yield { ...toDeletion([], end), rejected: gone.map(unclear) };
    return;
  }
  let start = 0;
  for (; gone.length - start > MAX_DELETIONS; start += MAX_DELETIONS) {
    const part = toDeletion(gone.slice(start, start + MAX_DELETIONS), {
      ...end,
      cursor: { partsDone: false },
    });
    yield { ...part, continues: true };
  }
  yield toDeletion(gone.slice(start), end);
}

function unclear(objectID: string): RejectedRecord {
  return {
    objectID,
    code: 'record.unclear',
    message:
      'The source did not give this part of a record that was asked for, but it gave one that cannot be read, and that may ' +
      'be it: it was left in the index as it is.',
  };
}

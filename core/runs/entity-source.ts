import { pickRecords, toDeletion } from '../records/pick-records.ts';
import type { Cursor, RecordBatch } from '../records/record-batch.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';
import type { RecordSource } from './ports.ts';
import { objectIDOf } from '../records/record-text.ts';

/** Members of its cursors beside those of the source. */
const FOUND = 'entitiesFound';
const UNREADABLE = 'entitiesUnreadable';
const DONE = 'entitiesDone';

/**
 * The named records of a source, then a deletion of those that it does not have. A source that cannot be asked for single
 * records is read to its end; only there it is known what is gone. Where records could not be read that may be one of
 * those that are missing, nothing is removed: the missing ones are rejected.
 */
export function createEntitySource(source: RecordSource, entityIDs: readonly string[]): RecordSource {
  return {
    async *read(cursor, signal) {
      if (cursor?.[DONE] === true) return;
      const search = new EntitySearch(entityIDs, cursor);
      const named = source.readEntities?.(entityIDs, signal);
      const batches = named ?? source.read(withoutOwn(cursor), signal);
      // Single records are asked for again from the first, which is a request or a few: what was counted in between would
      // be counted again.
      const continues = named === undefined ? {} : { continues: true };
      let last: Pick<RecordBatch, 'cursor' | 'sourceBytesRead'> = {
        cursor: cursor ?? {},
        sourceBytesRead: 0,
      };
      for await (const batch of batches) {
        const picked = search.pick(batch);
        last = { cursor: picked.cursor, sourceBytesRead: picked.sourceBytesRead };
        yield { ...picked, ...continues };
      }
      yield search.finish(last);
    },
  };
}

/** Which of the named records were found so far: a bit for each, so that it fits into a cursor. */
class EntitySearch {
  readonly #places: ReadonlyMap<string, number>;
  readonly #found: Buffer;
  #isUnreadable: boolean;

  constructor(entityIDs: readonly string[], cursor: Cursor | undefined) {
    this.#places = new Map(entityIDs.map((id, place) => [id, place]));
    this.#found = Buffer.alloc(Math.ceil(entityIDs.length / 8));
    const { [FOUND]: found, [UNREADABLE]: isUnreadable } = cursor ?? {};
    if (typeof found === 'string') Buffer.from(found, 'base64').copy(this.#found);
    this.#isUnreadable = isUnreadable === true;
  }

  pick(batch: RecordBatch): RecordBatch {
    const indexes: number[] = [];
    for (let index = 0; index < batch.count; index += 1) {
      if (this.#note(objectIDOf(batch, index))) indexes.push(index);
    }
    const rejected = batch.rejected.filter(({ objectID }) => {
      if (objectID === undefined) this.#isUnreadable = true;
      return objectID !== undefined && this.#note(objectID);
    });
    const picked = pickRecords(batch, indexes, rejected);
    // How many are gone is known at the end only.
    return { ...picked, cursor: this.#cursor(batch.cursor), maxRecordsLeft: undefined };
  }

  finish(last: Pick<RecordBatch, 'cursor' | 'sourceBytesRead'>): RecordBatch {
    const missing = [...this.#places].flatMap(([id, place]) => (this.#isFound(place) ? [] : [id]));
    const end = { ...last, cursor: { ...this.#cursor(last.cursor), [DONE]: true } };
    return this.#isUnreadable
      ? { ...toDeletion([], end), rejected: missing.map(unclear) }
      : toDeletion(missing, end);
  }

  /** True for one that is named. */
  #note(objectID: string): boolean {
    const place = this.#places.get(objectID);
    if (place === undefined) return false;
    this.#found[place >> 3] = (this.#found[place >> 3] ?? 0) | (1 << (place & 7));
    return true;
  }

  #isFound(place: number): boolean {
    return ((this.#found[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  #cursor(cursor: Cursor): Cursor {
    return { ...cursor, [FOUND]: this.#found.toString('base64'), [UNREADABLE]: this.#isUnreadable };
  }
}

function withoutOwn(cursor: Cursor | undefined): Cursor | undefined {
  if (cursor === undefined) return undefined;
  const { [FOUND]: _found, [UNREADABLE]: _unreadable, ...own } = cursor;
  return own;
}

function unclear(objectID: string): RejectedRecord {
  return {
    objectID,
    code: 'record.unclear',
    message:
      'The source did not show this record, but it has records that cannot be read, and it may be one of them: it was ' +
      'left in the index as it is.',
  };
}

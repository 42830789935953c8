import * as z from 'zod';
import type { Cursor, RecordBatch } from '../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../core/records/rejected-record.ts';
import type { BatchLimits } from '../../core/runs/ports.ts';
import { SourceError } from '../../core/runs/source-error.ts';
import { ObjectBatch, type MappedRecord, type RecordBytes } from './object-batch.ts';

/** One page of a vendor's answer, mapped. */
export interface Page {
  /** In the vendor's order, which must be the same whenever the page is fetched again. */
  readonly records: readonly (MappedRecord | RecordBytes)[];
  readonly rejected?: readonly RejectedRecord[];
  /** What to ask for next, flat and short; absent when nothing is left. */
  readonly next?: Cursor;
  /** Bytes of the answer, as they were sent. */
  readonly sizeBytes: number;
  /** What the next run of the task is to go on from once this page is done with; `stateOf` reads it from cursors. */
  readonly state?: string | undefined;
}

/** Fetches the page that a cursor of an earlier page named (the first without one). */
export type FetchPage = (page: Cursor | undefined, signal: AbortSignal) => Promise<Page>;

const pagedCursorSchema = z.object({
  version: z.literal(1),
  /** The page's own cursor, as JSON; empty for the first page. */
  page: z.string(),
  /** The last record of that page that is done with; empty at its start. */
  after: z.string(),
  /** Where in the page it was: ids may repeat there. */
  afterIndex: z.number().int().default(-1),
  /** Records before the page, good or bad. */
  records: z.number().int().nonnegative(),
  bytes: z.number().nonnegative(),
  done: z.boolean(),
  state: z.string().default(''),
});
type PagedCursor = z.infer<typeof pagedCursorSchema>;

const START: PagedCursor = {
  version: 1,
  page: '',
  after: '',
  afterIndex: -1,
  records: 0,
  bytes: 0,
  done: false,
  state: '',
};

/**
 * The records of a source that answers in pages, from `cursor` on. A batch ends within a page only where the page is
 * larger than a batch may be; going on there fetches the page again and takes up after the record it ended with. Where
 * that record is not in the page any more the run starts over (`source.changed`).
 */
export async function* readPages(
  fetchPage: FetchPage,
  { limits, cursor, signal }: { limits: BatchLimits; cursor: Cursor | undefined; signal: AbortSignal },
): AsyncGenerator<RecordBatch> {
  let at = cursor === undefined ? START : parseCursor(cursor);
  const batch = new ObjectBatch(limits);
  while (!at.done) {
    signal.throwIfAborted();
    const page = await fetchPage(parsePage(at.page), signal);
    const { records, rejected = [], next } = page;
    const skipped = at.after === '' ? 0 : skipTo(records, at);
    for (let index = skipped; index < records.length; index += 1) {
      const record = records[index];
      if (record === undefined) continue;
      const position = at.records + index + 1;
      if (batch.add(record, position)) continue;
      const after = records[index - 1]?.objectID ?? at.after;
      yield batch.seal({ ...at, after, afterIndex: index - 1 }, at.bytes);
      batch.add(record, position);
    }
    // With the page's end: a batch that ends within the page would have them counted again.
    for (const record of rejected) batch.reject(record);
    const seen = at.records + records.length + rejected.length;
    const { state = at.state } = page;
    at = { ...START, records: seen, bytes: at.bytes + page.sizeBytes, state, ...following(next) };
    if (at.done || batch.isFull()) yield batch.seal(at, at.bytes);
  }
}

/** The state of the last page that is done with, where it had one. */
export function stateOf(cursor: Cursor): string | undefined {
  const { state } = parseCursor(cursor);
  return state === '' ? undefined : state;
}

function following(next: Cursor | undefined): Pick<PagedCursor, 'page' | 'done'> {
  return next === undefined ? { page: '', done: true } : { page: JSON.stringify(next), done: false };
}

function skipTo(records: Page['records'], { after, afterIndex }: PagedCursor): number {
  if (records[afterIndex]?.objectID === after) return afterIndex + 1;
  const index = records.findLastIndex(({ objectID }) => objectID === after);
  if (index >= 0) return index + 1;
  throw changed('The source does not show the record any more that was read last');
}

function parseCursor(cursor: Cursor): PagedCursor {
  const parsed = pagedCursorSchema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw changed('The place that the run had come to is not known to this version of Millrace');
}

const pageSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

function parsePage(page: string): Cursor | undefined {
  return page === '' ? undefined : pageSchema.parse(JSON.parse(page));
}

function changed(what: string): SourceError {
  return new SourceError('source.changed', `${what}, so it has to be read from the start.`, {
    disposition: 'retryable',
  });
}

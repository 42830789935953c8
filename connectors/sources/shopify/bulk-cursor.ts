import * as z from 'zod';
import type { Cursor } from '../../../core/records/record-batch.ts';
import { changed } from './bulk-operation.ts';

const count = z.number().int().nonnegative();

const bulkCursorSchema = z.object({
  version: z.literal(1),
  /** The bulk operation whose result is read; empty before there is one. */
  operation: z.string(),
  /** Since when there is none, because others were running; 0 where nothing was waited for. */
  waitingSince: z.number(),
  /** Into how many parts the result is divided; 0 before that is known. */
  parts: count,
  /** The part that is read. */
  modulus: count,
  remainder: count,
  /** Entities of the part that are done with, and records of the one that follows. */
  entities: count,
  within: count,
  /** Records before, good or bad. */
  records: count,
  bytes: z.number().nonnegative(),
  done: z.boolean(),
});
/** Where a reading stands. An operation's result never changes, so places in it can be counted. */
export type BulkCursor = z.infer<typeof bulkCursorSchema>;

const START: BulkCursor = {
  version: 1,
  operation: '',
  waitingSince: 0,
  parts: 0,
  modulus: 0,
  remainder: 0,
  entities: 0,
  within: 0,
  records: 0,
  bytes: 0,
  done: false,
};

export function parseBulkCursor(cursor: Cursor | undefined): BulkCursor {
  if (cursor === undefined) return START;
  const { success, data } = bulkCursorSchema.safeParse(cursor);
  if (success) return data;
  throw changed('The place that the run had come to is not known to this version of Millrace');
}

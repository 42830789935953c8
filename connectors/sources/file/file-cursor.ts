import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { Cursor } from '../../../core/records/record-batch.ts';

/** Identifiers longer than this are not kept: a cursor has to stay under 4 KB. */
const MAX_VALIDATOR_LENGTH = 1000;

const fileCursorSchema = z.object({
  version: z.literal(1),
  /** Checksum of the source's input: a cursor is worth nothing for another input. */
  input: z.number(),
  /** Nothing is left to read. */
  done: z.boolean(),
  /** Bytes of the content, decompressed, that are done with. */
  offset: z.number().int().nonnegative(),
  /** CRC-32 of those bytes: proves a file that is read again to be the same that far. */
  checksum: z.number(),
  /** The parser needs these first bytes again: a CSV's header. */
  prologueBytes: z.number().int().nonnegative(),
  /** Physical line at `offset`, from 1. */
  line: z.number().int().positive(),
  /** Records before `offset`, good or bad. */
  records: z.number().int().nonnegative(),
  /** How a JSON file is laid out; empty for CSV. */
  layout: z.enum(['', 'array', 'sequence']),
  /** The server can be asked for the rest alone. */
  ranges: z.boolean(),
  etag: z.string(),
  lastModified: z.string(),
});

/** Where reading a file stands. */
export type FileCursor = z.infer<typeof fileCursorSchema>;

/** The part of the cursor that the parser knows. */
export type ParserPosition = Pick<FileCursor, 'prologueBytes' | 'line' | 'records' | 'layout'>;

/** What tells one version of a file from another. */
export type FileVersion = Pick<FileCursor, 'ranges' | 'etag' | 'lastModified'>;

/** Reads a cursor of `fileCursorSchema`; one of another input or of another Millrace restarts the run. */
export function parseFileCursor(cursor: Cursor, input: number): FileCursor {
  const parsed = fileCursorSchema.safeParse(cursor);
  if (parsed.success && parsed.data.input === input) return parsed.data;
  throw changedError('The settings of the source changed while the run was under way');
}

/** The file is not the one that the cursor was made for. Whoever reads starts over: hence `retryable`. */
export function changedError(what: string): SourceError {
  return new SourceError('source.changed', `${what}, so it has to be read from the start.`, {
    disposition: 'retryable',
  });
}

/** An identifier as a cursor keeps it: empty when absent or too long. */
export function toValidator(header: string | undefined): string {
  return header !== undefined && header.length <= MAX_VALIDATOR_LENGTH ? header : '';
}

import * as z from 'zod';
import type { Cursor } from '../../../core/records/record-batch.ts';
import { SourceError } from '../../../core/runs/source-error.ts';

const cursorSchema = z.object({
  version: z.literal(1),
  /** The last state that all records before it have arrived under, as `keepState` has it; empty before the first. */
  state: z.string(),
  /** Records since that state, and the digest of them: read again, they must be the same. */
  since: z.number().int().nonnegative(),
  digest: z.string(),
  /** Records in all, good or bad. */
  records: z.number().int().nonnegative(),
  bytes: z.number().nonnegative(),
  /** How often in a row the connector was started from here and came no further. */
  starts: z.number().int().nonnegative(),
  done: z.boolean(),
});
export type DockerCursor = z.infer<typeof cursorSchema>;

export const START: DockerCursor = {
  version: 1,
  state: '',
  since: 0,
  digest: '',
  records: 0,
  bytes: 0,
  starts: 0,
  done: false,
};

export function parseDockerCursor(cursor: Cursor): DockerCursor {
  const parsed = cursorSchema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw changed('The place that the run had come to is not known to this version of Millrace');
}

/** What was read before cannot be found again: the run begins anew. */
export function changed(what: string): SourceError {
  return new SourceError('source.changed', `${what}, so it has to be read from the start.`, {
    disposition: 'retryable',
  });
}

import type * as z from 'zod';
import type { Cursor } from '../../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What can be an id at commercetools, each once: it refuses a whole request for one that cannot. */
export function possibleIDs(entityIDs: readonly string[]): string[] {
  return [...new Set(entityIDs.filter((id) => UUID.test(id)))];
}

/** The cursor of a page: nothing follows an empty id. */
export function afterOf(page: Cursor | undefined): string | undefined {
  const after = page?.['after'] ?? '';
  return after === '' ? undefined : String(after);
}

/** Why there is no record of what commercetools sent. */
export function invalid(kind: 'product' | 'category', id: string, error: z.ZodError): RejectedRecord {
  const field = error.issues[0]?.path.join('.') ?? '';
  return {
    objectID: id,
    field,
    code: 'record.invalid',
    message: `The ${field} of the ${kind} ${id} is not as commercetools documents it, so no record was made of it.`,
  };
}

import type { RecordBatch } from '../../../core/records/record-batch.ts';
import { recordText } from '../../../core/records/record-text.ts';

/** Sent twice, these give what they give when sent once; of any other nobody knows. */
const REPEATABLE: ReadonlySet<string> = new Set(['Remove', 'AddUnique', 'IncrementFrom', 'IncrementSet']);

/** What a record with an operation holds: the name itself, or an escape that one of its letters can be written as. */
const SIGNS = ['_operation', String.raw`\u005`, String.raw`\u006`, String.raw`\u007`].map((sign) =>
  Buffer.from(sign),
);

export interface UnrepeatableOperation {
  readonly attribute: string;
  readonly operation: string;
}

/**
 * The records of a partial update that ask for an operation which counts twice when the record is sent again, as it is
 * after a worker stopped; by their index. Only records that show a sign of it are parsed.
 */
export function findUnrepeatable(batch: RecordBatch): ReadonlyMap<number, UnrepeatableOperation> {
  const found = new Map<number, UnrepeatableOperation>();
  const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
  for (const sign of SIGNS) {
    let record = 0;
    for (let at = bytes.indexOf(sign); at >= 0; at = bytes.indexOf(sign, batch.ends[record])) {
      while ((batch.ends[record] ?? bytes.length) <= at) record += 1;
      const operation = operationIn(recordText(batch, record));
      if (operation !== undefined) found.set(record, operation);
    }
  }
  return found;
}

/** Operations are those of first-level attributes; deeper, the name is an attribute like any other. */
function operationIn(text: string): UnrepeatableOperation | undefined {
  const record: unknown = JSON.parse(text);
  if (typeof record !== 'object' || record === null) return undefined;
  for (const [attribute, value] of Object.entries(record)) {
    if (typeof value !== 'object' || value === null || !('_operation' in value)) continue;
    const operation = value._operation;
    if (typeof operation === 'string' && !REPEATABLE.has(operation)) return { attribute, operation };
  }
  return undefined;
}

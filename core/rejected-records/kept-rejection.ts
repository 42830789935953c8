import * as z from 'zod';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';

/** So many rejected records of one run are kept; those after them are counted only. */
export const MAX_KEPT_RECORDS = 10_000;

const MAX_ID_BYTES = 1_000;

/** Which run the records are of. */
export interface RunReference {
  readonly appID: string;
  readonly runID: string;
}

/** A rejected record as it is kept. */
export const keptRejectionSchema = z.object({
  /** Its place among the run's rejected records, from 1, in the order of the source. */
  number: z.int().min(1),
  position: z.int().min(0).optional(),
  objectID: z.string().optional(),
  stage: z.enum(['source', 'transform', 'destination']),
  code: z.string(),
  message: z.string(),
  field: z.string().optional(),
  content: z
    .object({
      sizeBytes: z.int().min(0),
      record: z.string().optional(),
      text: z.string().optional(),
      heaviestAttributes: z
        .array(z.object({ name: z.string(), sizeBytes: z.int().min(0) }))
        .readonly()
        .optional(),
    })
    .optional(),
  /** The run that has written it since. */
  replayedBy: z.string().optional(),
  replayedAt: z.string().optional(),
});

export type KeptRejection = z.infer<typeof keptRejectionSchema>;

export function rejectionKey({ appID, runID }: RunReference, number: number): Record<string, string> {
  return {
    [TABLE_KEYS.partition]: `${appID}#rejected#${runID}`,
    [TABLE_KEYS.sort]: String(number).padStart(6, '0'),
  };
}

/** The item of the run's rejected record `number`; `fence` is that of the worker who writes it. */
export function toRejectionItem(
  run: RunReference,
  rejected: RejectedRecord,
  { number, fence, expiresAt }: { number: number; fence: number; expiresAt: number },
): Record<string, unknown> {
  const { stage = 'source', objectID = '' } = rejected;
  const key = rejectionKey(run, number);
  // It is in the record too, and only there when it is too long for an item that holds both.
  const id = Buffer.byteLength(objectID) > MAX_ID_BYTES ? { objectID: undefined } : {};
  return { ...rejected, ...id, stage, number, fence, ...key, [TTL_ATTRIBUTE]: expiresAt };
}

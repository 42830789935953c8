import * as z from 'zod';

/** How a write goes wrong: answered with a status unapplied, or the connection is cut before or after it was applied. */
const failureSchema = z.enum(['429', '503', 'reset-before', 'reset-after']);
export type Failure = z.infer<typeof failureSchema>;

export const faultsPatchSchema = z.strictObject({
  answerDelayMs: z.number().int().nonnegative().optional(),
  publishLagMs: z.number().int().nonnegative().optional(),
  maxRecordBytes: z.number().int().positive().optional(),
  /** Source of a regular expression; `null` refuses nothing. */
  refuseObjectIDs: z.string().nullable().optional(),
  /** The next writes fail in this order, one entry each. */
  failNextWrites: z.array(failureSchema).optional(),
  bareErrors: z.boolean().optional(),
});
export type FaultsPatch = z.infer<typeof faultsPatchSchema>;

/** How the index misbehaves; every property may be changed while it runs. */
export interface Faults {
  /** Every answer waits this long. */
  answerDelayMs: number;
  /** A write is visible, and its task published, this long after it was accepted. */
  publishLagMs: number;
  /** A larger record makes its whole batch be refused. */
  maxRecordBytes: number;
  /** Records with a matching objectID make their whole batch be refused; source of a regular expression. */
  refuseObjectIDs: string | null;
  /** The next writes fail in this order, one entry each; an entry is taken out when it was used. */
  failNextWrites: Failure[];
  /** Errors about a record carry their position and objectID in the message only, as Algolia's newer servers do. */
  bareErrors: boolean;
}

export function createFaults(patch: FaultsPatch = {}): Faults {
  const faults: Faults = {
    answerDelayMs: 0,
    publishLagMs: 0,
    maxRecordBytes: 100_000,
    refuseObjectIDs: null,
    failNextWrites: [],
    bareErrors: false,
  };
  applyFaults(faults, patch);
  return faults;
}

/** Sets the given properties and leaves the others. */
export function applyFaults(faults: Faults, patch: FaultsPatch): void {
  for (const [key, value] of Object.entries(patch)) {
    if (value !== undefined) Object.assign(faults, { [key]: value });
  }
}

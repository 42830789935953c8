import * as z from 'zod';
import { OVERLAP_POLICIES } from './overlap.ts';

const percentSchema = z.number().min(0).max(100);

/** What a task asks of its runs beyond Algolia's own settings; set under `/ext/1`. */
export const runPolicySchema = z.strictObject({
  /** A new index may hold so much less than the live one, in percent of the live one's records. */
  maxDropPercent: percentSchema.default(10),
  /** So many percent of the records may lose an attribute that they have in the live index. */
  vanishedAttributesPercent: percentSchema.default(50),
  /** Days that a held index waits for a decision. */
  heldDays: z.int().min(1).max(30).default(7),
  /** What becomes of a run that starts while an earlier one of the task has not ended. */
  overlap: z.enum(OVERLAP_POLICIES).default('queue'),
});

export type RunPolicy = z.output<typeof runPolicySchema>;

export const DEFAULT_RUN_POLICY: RunPolicy = runPolicySchema.parse({});

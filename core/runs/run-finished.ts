import * as z from 'zod';
import type { Run } from './run.ts';
import { runSchema } from './run-item.ts';

/** On the bus: a run has ended. At least once; `runID` tells repeats apart. */
export const runFinishedSchema = runSchema
  .pick({ appID: true, taskID: true, runID: true, type: true, action: true, createdAt: true, counts: true })
  .extend({
    version: z.literal(1),
    outcome: runSchema.shape.outcome.unwrap(),
    reasonCode: runSchema.shape.reasonCode.unwrap(),
    reason: z.string(),
    finishedAt: z.string(),
  })
  .meta({
    title: 'RunFinished',
    examples: [
      {
        version: 1,
        appID: 'APP1234567',
        taskID: '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57',
        runID: '6c02aeb1-775e-818e-870b-1faccd4b2c0f',
        type: 'reindex',
        action: 'replace',
        outcome: 'failure',
        reasonCode: 'too_many_errors',
        reason: '12 of 3,376 records (0.36 %) were rejected; the task accepts 0 %.',
        counts: { received: 3376, applied: 3364, unchanged: 0, rejected: 12 },
        createdAt: '2026-01-08T16:47:41.123Z',
        finishedAt: '2026-01-08T16:47:44.456Z',
      },
    ],
  });

export type RunFinished = z.infer<typeof runFinishedSchema>;

/** The message of a run that has ended; throws for one that has not. */
export function toRunFinished(run: Run): RunFinished {
  return runFinishedSchema.parse({ version: 1, ...run });
}

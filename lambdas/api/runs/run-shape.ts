import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import { runSchema } from '../../../core/runs/run-item.ts';
import { settledOf } from '../../../core/runs/run-counts.ts';
import type { Run } from '../../../core/runs/run.ts';
import { wireDate } from '../response-shapes.ts';

const { status, type, outcome, reason, reasonCode, failureThreshold } = runSchema.shape;

/** A run as the API shows it. */
export const runShape = z.object({
  runID: z.string(),
  appID: z.string(),
  taskID: z.string(),
  status,
  progress: z.object({ expectedNbOfEvents: z.int(), receivedNbOfEvents: z.int() }),
  outcome,
  failureThreshold,
  reason,
  reasonCode,
  type,
  createdAt: wireDate,
  startedAt: wireDate.optional(),
  finishedAt: wireDate.optional(),
});

/** Progress counts records: expected are those read from the source so far, received those that are settled. */
export function toRunShape(run: Run): z.output<typeof runShape> {
  const { counts } = run;
  return {
    runID: run.runID,
    // Of a run at Algolia, the application there: what tells it from those that ran here.
    appID: run.hosted?.applicationID ?? run.appID,
    taskID: run.taskID,
    status: run.status,
    progress: {
      expectedNbOfEvents: counts.received,
      receivedNbOfEvents: settledOf(counts),
    },
    outcome: run.outcome,
    failureThreshold: run.failureThreshold,
    reason: run.reason,
    reasonCode: run.reasonCode,
    type: run.type,
    createdAt: toWireDate(new Date(run.createdAt)),
    startedAt: run.startedAt === undefined ? undefined : toWireDate(new Date(run.startedAt)),
    finishedAt: run.finishedAt === undefined ? undefined : toWireDate(new Date(run.finishedAt)),
  };
}

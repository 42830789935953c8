import * as z from 'zod';

import { freeObject } from '../../../core/foundation/bounded-schemas.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { wireDate } from '../response-shapes.ts';

/** Handed to the run as it is. */
export const runTaskSchema = z.object({ runMetadata: freeObject.optional() }).nullish();

export const runStartedShape = z.object({ runID: z.string(), createdAt: wireDate });

/** Starts a run, the same for both generations. A repeat under one Idempotency-Key starts no other one. */
export async function handleRunTask(
  request: {
    readonly appID: string;
    readonly parameters: { readonly taskID: string };
    readonly body: z.output<typeof runTaskSchema>;
    readonly freshID: string;
  },
  { runTask }: ApiDependencies,
): Promise<z.output<typeof runStartedShape>> {
  const { appID, parameters, body, freshID } = request;
  const run = await runTask({
    appID,
    taskID: parameters.taskID,
    trigger: { kind: 'api', key: freshID },
    runMetadata: body?.runMetadata,
  });
  return { runID: run.runID, createdAt: toWireDate(new Date(run.createdAt)) };
}

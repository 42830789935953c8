import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import { newID } from '../../../core/foundation/ids.ts';
import { invalidField } from '../../../core/foundation/validation.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { wireDate } from '../response-shapes.ts';

const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** Handed to the run as it is. */
export const runTaskSchema = z
  .object({ runMetadata: z.record(z.string(), z.unknown()).optional() })
  .nullish();

export const runStartedShape = z.object({ runID: z.string(), createdAt: wireDate });

/** Starts a run, the same for both generations. The same Idempotency-Key again answers with the same run. */
export async function handleRunTask(
  request: {
    readonly appID: string;
    readonly parameters: { readonly taskID: string };
    readonly body: z.output<typeof runTaskSchema>;
    readonly idempotencyKey: string | undefined;
  },
  { runTask }: ApiDependencies,
): Promise<z.output<typeof runStartedShape>> {
  const { appID, parameters, body, idempotencyKey } = request;
  if (idempotencyKey !== undefined && idempotencyKey.length > MAX_IDEMPOTENCY_KEY_LENGTH) {
    throw invalidField('Idempotency-Key', `must have at most ${MAX_IDEMPOTENCY_KEY_LENGTH} characters`);
  }
  const run = await runTask({
    appID,
    taskID: parameters.taskID,
    triggerKey: idempotencyKey || newID(),
    runMetadata: body?.runMetadata,
  });
  return { runID: run.runID, createdAt: toWireDate(new Date(run.createdAt)) };
}

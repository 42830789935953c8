import * as z from 'zod';

import { freeObject } from '../../../core/foundation/bounded-schemas.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { runStartedShape } from '../tasks/run-task-request.ts';

const MAX_CHOSEN = 100;

const positionSchema = z.int().min(0).max(4_294_967_295);

/** Starts a run that writes what another run rejected: all of it that is left, or what the body names. */
export const replayRejectedRecords = defineOperation({
  operationID: 'replayRejectedRecords',
  method: 'POST',
  path: '/ext/1/runs/{runID}/replay',
  acl: INGESTION_RIGHTS,
  body: z
    .strictObject({
      /** Of rejected records to be written as they are kept. */
      positions: z.array(positionSchema).max(MAX_CHOSEN).optional(),
      /** Corrected records, each to be written in the place of the rejected one. */
      records: z
        .array(z.strictObject({ position: positionSchema, record: freeObject }))
        .max(MAX_CHOSEN)
        .optional(),
      /** Write also where a later run has written the index since. */
      force: z.boolean().optional(),
    })
    .nullish(),
  response: runStartedShape,
  handle: async ({ appID, parameters, body, freshID }, { replayRejected }) => {
    const run = await replayRejected({
      appID,
      runID: parameters.runID,
      positions: body?.positions,
      records: body?.records,
      isForced: body?.force ?? false,
      triggerKey: freshID,
    });
    return { runID: run.runID, createdAt: toWireDate(new Date(run.createdAt)) };
  },
});

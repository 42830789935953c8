import * as z from 'zod';

import { freeObject, texts } from '../../../core/foundation/bounded-schemas.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import { ENTITY_TYPES } from '../../../core/runs/run-entities.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';

/** Only e-commerce sources know single entities. */
export const runSource = defineOperation({
  operationID: 'runSource',
  method: 'POST',
  path: '/1/sources/{sourceID}/run',
  acl: INGESTION_RIGHTS,
  body: z
    .object({
      indexToInclude: texts.optional(),
      indexToExclude: texts.optional(),
      entityIDs: texts
        .refine(
          (ids) => ids.length > 0,
          'must name at least one entity, or be left out to read the whole source',
        )
        .optional(),
      entityType: z.enum(ENTITY_TYPES).optional(),
      runMetadata: freeObject.optional(),
    })
    .nullish(),
  response: z.object({
    /** Of each task that was started. */
    taskWithRunID: z.record(z.string(), z.string()),
    createdAt: wireDate,
  }),
  handle: async ({ appID, parameters: { sourceID }, body, freshID }, { runSource: start, clock }) => {
    const trigger = { kind: 'api', key: freshID } as const;
    const runs = await start({ appID, sourceID, trigger, ...body });
    const [first] = runs.values();
    return {
      taskWithRunID: Object.fromEntries([...runs].map(([taskID, { runID }]) => [taskID, runID])),
      createdAt: toWireDate(first === undefined ? clock.now() : new Date(first.createdAt)),
    };
  },
});

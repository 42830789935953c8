import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { toSourceShape } from './source-shape.ts';
import { sourceUpdateSchema } from './source-update-schema.ts';

export const updateSource = defineOperation({
  operationID: 'updateSource',
  method: 'PATCH',
  path: '/1/sources/{sourceID}',
  acl: INGESTION_RIGHTS,
  body: sourceUpdateSchema,
  response: z.object({ sourceID: z.string(), name: z.string(), updatedAt: wireDate }),
  handle: async ({ appID, parameters, body }, { sources }) =>
    toSourceShape(await sources.update(appID, parameters.sourceID, body)),
});

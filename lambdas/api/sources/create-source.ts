import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { sourceCreateSchema } from './source-create-schema.ts';
import { toSourceShape } from './source-shape.ts';

export const createSource = defineOperation({
  operationID: 'createSource',
  method: 'POST',
  path: '/1/sources',
  acl: INGESTION_RIGHTS,
  body: sourceCreateSchema,
  response: z.object({ sourceID: z.string(), name: z.string(), createdAt: wireDate }),
  handle: async ({ appID, freshID, body }, { sources }) =>
    toSourceShape(await sources.create(appID, freshID, body)),
});

import * as z from 'zod';

import { nameSchema } from '../../../core/foundation/text-schemas.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { toSourceShape } from './source-shape.ts';

export const updateSource = defineOperation({
  operationID: 'updateSource',
  method: 'PATCH',
  path: '/1/sources/{sourceID}',
  acl: INGESTION_RIGHTS,
  /** The input is checked against the stored type, which does not change. */
  body: z.object({
    name: nameSchema.optional(),
    authenticationID: z.string().optional(),
    input: z.record(z.string(), z.unknown()).optional(),
  }),
  response: z.object({ sourceID: z.string(), name: z.string(), updatedAt: wireDate }),
  handle: async ({ appID, parameters, body }, { sources }) =>
    toSourceShape(await sources.update(appID, parameters.sourceID, body)),
});

import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { apiKeySchema, linkShape, taskIDsSchema, toLinkShape } from './link-shape.ts';

/** Which application it is, and where, never changes: another one is another link. */
export const updateLink = defineOperation({
  operationID: 'updateLink',
  method: 'PATCH',
  path: '/ext/1/links/{linkID}',
  acl: INGESTION_RIGHTS,
  body: z.object({
    // Null, as it came in an answer, leaves the key as it is.
    apiKey: apiKeySchema.nullish().transform((apiKey) => apiKey ?? undefined),
    /** Null: all tasks. */
    taskIDs: taskIDsSchema.nullable().optional(),
  }),
  response: linkShape,
  handle: async ({ appID, parameters, body }, { links }) =>
    toLinkShape(await links.update(appID, parameters.linkID, body)),
});

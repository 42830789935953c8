import * as z from 'zod';

import { REGIONS } from '../../../core/links/link.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { apiKeySchema, linkShape, taskIDsSchema, toLinkShape } from './link-shape.ts';

/** Links an application at Algolia. The answer says whether its tasks are there and can be read. */
export const createLink = defineOperation({
  operationID: 'createLink',
  method: 'POST',
  path: '/ext/1/links',
  acl: INGESTION_RIGHTS,
  body: z.object({
    applicationID: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an application ID: letters and digits'),
    region: z.enum(REGIONS),
    apiKey: apiKeySchema,
    taskIDs: taskIDsSchema.optional(),
  }),
  response: linkShape,
  handle: async ({ appID, freshID, body }, { links }) =>
    toLinkShape(await links.create(appID, freshID, body)),
});

import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { authenticationCreateSchema } from './authentication-create-schema.ts';
import { toAuthenticationShape } from './authentication-shape.ts';

export const createAuthentication = defineOperation({
  operationID: 'createAuthentication',
  method: 'POST',
  path: '/1/authentications',
  acl: INGESTION_RIGHTS,
  body: authenticationCreateSchema,
  response: z.object({ authenticationID: z.string(), name: z.string(), createdAt: wireDate }),
  handle: async ({ appID, freshID, body }, { authentications }) =>
    toAuthenticationShape(await authentications.create(appID, freshID, body)),
});

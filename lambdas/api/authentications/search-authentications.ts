import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { idListSchema } from '../search-body.ts';
import { authenticationShape, toAuthenticationShape } from './authentication-shape.ts';

export const searchAuthentications = defineOperation({
  operationID: 'searchAuthentications',
  method: 'POST',
  path: '/1/authentications/search',
  acl: INGESTION_RIGHTS,
  body: z.object({ authenticationIDs: idListSchema }),
  response: z.array(authenticationShape),
  handle: async ({ appID, body }, { authenticationStore }) => {
    const found = await authenticationStore.findMany(appID, body.authenticationIDs);
    return found.map(toAuthenticationShape);
  },
});

import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { idListSchema } from '../search-body.ts';
import { sourceShape, toSourceShape } from './source-shape.ts';

export const searchSources = defineOperation({
  operationID: 'searchSources',
  method: 'POST',
  path: '/1/sources/search',
  acl: INGESTION_RIGHTS,
  body: z.object({ sourceIDs: idListSchema }),
  response: z.array(sourceShape),
  handle: async ({ appID, body }, { sourceStore }) => {
    const found = await sourceStore.findMany(appID, body.sourceIDs);
    return found.map(toSourceShape);
  },
});

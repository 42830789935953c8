import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { idListSchema } from '../search-body.ts';
import { toTransformationShape, transformationShape } from './transformation-shape.ts';

export const searchTransformations = defineOperation({
  operationID: 'searchTransformations',
  method: 'POST',
  path: '/1/transformations/search',
  acl: INGESTION_RIGHTS,
  body: z.object({ transformationIDs: idListSchema }),
  response: z.array(transformationShape),
  handle: async ({ appID, body }, { transformationStore }) => {
    const found = await transformationStore.findMany(appID, body.transformationIDs);
    return found.map(toTransformationShape);
  },
});

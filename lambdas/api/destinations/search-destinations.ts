import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { idListSchema } from '../search-body.ts';
import { destinationShape, toDestinationShape } from './destination-shape.ts';

export const searchDestinations = defineOperation({
  operationID: 'searchDestinations',
  method: 'POST',
  path: '/1/destinations/search',
  acl: INGESTION_RIGHTS,
  body: z.object({ destinationIDs: idListSchema }),
  response: z.array(destinationShape),
  handle: async ({ appID, body }, { destinationStore }) => {
    const found = await destinationStore.findMany(appID, body.destinationIDs);
    return found.map(toDestinationShape);
  },
});

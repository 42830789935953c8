import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { destinationCreateSchema } from './destination-create-schema.ts';
import { toDestinationShape } from './destination-shape.ts';

export const createDestination = defineOperation({
  operationID: 'createDestination',
  method: 'POST',
  path: '/1/destinations',
  acl: INGESTION_RIGHTS,
  body: destinationCreateSchema,
  response: z.object({ destinationID: z.string(), name: z.string(), createdAt: wireDate }),
  handle: async ({ appID, freshID, body }, { destinations }) =>
    toDestinationShape(await destinations.create(appID, freshID, body)),
});

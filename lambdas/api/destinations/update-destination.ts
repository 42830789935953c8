import * as z from 'zod';

import { transformationIDsSchema } from '../../../core/destinations/destination.ts';
import { freeObject } from '../../../core/foundation/bounded-schemas.ts';
import { nameSchema } from '../../../core/foundation/text-schemas.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';
import { toDestinationShape } from './destination-shape.ts';

export const updateDestination = defineOperation({
  operationID: 'updateDestination',
  method: 'PATCH',
  path: '/1/destinations/{destinationID}',
  acl: INGESTION_RIGHTS,
  /** The input is checked against the stored type, which does not change. */
  body: z.object({
    name: nameSchema.optional(),
    authenticationID: z.string().optional(),
    transformationIDs: transformationIDsSchema.optional(),
    input: freeObject.optional(),
  }),
  response: z.object({ destinationID: z.string(), name: z.string(), updatedAt: wireDate }),
  handle: async ({ appID, parameters, body }, { destinations }) =>
    toDestinationShape(await destinations.update(appID, parameters.destinationID, body)),
});

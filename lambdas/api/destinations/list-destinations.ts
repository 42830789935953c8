import * as z from 'zod';

import { DESTINATION_TYPES } from '../../../core/destinations/destination.ts';
import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { listParameter, pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { destinationShape, toDestinationShape } from './destination-shape.ts';

export const listDestinations = defineOperation({
  operationID: 'listDestinations',
  method: 'GET',
  path: '/1/destinations',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['name', 'type', 'updatedAt', 'createdAt'], 'createdAt'),
    type: listParameter(z.enum(DESTINATION_TYPES)),
    authenticationID: listParameter(z.string()),
    transformationID: listParameter(z.string()),
  }),
  response: z.object({ destinations: z.array(destinationShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { destinationStore }) => {
    const { items, nbItems } = await destinationStore.list(appID, {
      ...query,
      filter: {
        type: query.type,
        authenticationID: query.authenticationID,
        transformationID: query.transformationID,
      },
    });
    return { destinations: items.map(toDestinationShape), pagination: describePage(query, nbItems) };
  },
});

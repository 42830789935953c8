import * as z from 'zod';

import { destinationTypeSchema } from '../../../core/destinations/destination.ts';
import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { idParameter, listParameter, pageParameters, sortParameters } from '../query-parameters.ts';
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
    type: listParameter(destinationTypeSchema),
    authenticationID: listParameter(idParameter),
    transformationID: idParameter.optional(),
  }),
  response: z.object({ destinations: z.array(destinationShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { destinationStore }) => {
    const { items, nbItems } = await destinationStore.list(appID, {
      ...query,
      filter: {
        type: query.type,
        authenticationID: query.authenticationID,
        // One only: a destination may have several, and would count for each.
        transformationID: query.transformationID === undefined ? undefined : [query.transformationID],
      },
    });
    return { destinations: items.map(toDestinationShape), pagination: describePage(query, nbItems) };
  },
});

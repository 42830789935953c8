import * as z from 'zod';

import { incidentCauseSchema } from '../../../core/alerts/causes.ts';
import { incidentSchema } from '../../../core/alerts/incident.ts';
import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { listParameter, pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { incidentShape, toIncidentShape } from './incident-shape.ts';

export const listIncidents = defineOperation({
  operationID: 'listIncidents',
  method: 'GET',
  path: '/ext/1/incidents',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['updatedAt', 'createdAt'], 'createdAt'),
    status: listParameter(incidentSchema.shape.status),
    cause: listParameter(incidentCauseSchema),
    taskID: listParameter(z.string()),
  }),
  response: z.object({ incidents: z.array(incidentShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { incidentStore }) => {
    const { status, cause, taskID } = query;
    const { items, nbItems } = await incidentStore.list(appID, {
      ...query,
      filter: { status, cause, taskID },
    });
    return { incidents: items.map(toIncidentShape), pagination: describePage(query, nbItems) };
  },
});

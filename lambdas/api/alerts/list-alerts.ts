import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { booleanParameter, only, pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { alertShape, toAlertShape } from './alert-shape.ts';

export const listAlerts = defineOperation({
  operationID: 'listAlerts',
  method: 'GET',
  path: '/ext/1/alerts',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['name', 'updatedAt', 'createdAt'], 'createdAt'),
    enabled: booleanParameter,
  }),
  response: z.object({ alerts: z.array(alertShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { alertStore }) => {
    const { items, nbItems } = await alertStore.list(appID, {
      ...query,
      filter: { enabled: only(query.enabled) },
    });
    return { alerts: items.map(toAlertShape), pagination: describePage(query, nbItems) };
  },
});

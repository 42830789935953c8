import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deliveryShape, toDeliveryShape } from './delivery-shape.ts';

/** Every message about the incident with every attempt, those of digests that it was told in included. */
export const listIncidentDeliveries = defineOperation({
  operationID: 'listIncidentDeliveries',
  method: 'GET',
  path: '/ext/1/incidents/{incidentID}/deliveries',
  acl: INGESTION_RIGHTS,
  response: z.object({ deliveries: z.array(deliveryShape) }),
  handle: async ({ appID, parameters }, { incidentStore, deliveryStore }) => {
    const { id } = await incidentStore.get(appID, parameters.incidentID);
    const own = await deliveryStore.list(appID, id);
    const digestIDs = [...new Set(own.flatMap(({ digestID }) => digestID ?? []))];
    const digests = await Promise.all(digestIDs.map((digestID) => deliveryStore.list(appID, digestID)));
    const all = [...own, ...digests.flat()].toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    return { deliveries: all.map(toDeliveryShape) };
  },
});

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { incidentShape, toIncidentShape } from './incident-shape.ts';

/** Notes that somebody looks after it. Asked again, the first time counts. */
export const acknowledgeIncident = defineOperation({
  operationID: 'acknowledgeIncident',
  method: 'POST',
  path: '/ext/1/incidents/{incidentID}/acknowledge',
  acl: INGESTION_RIGHTS,
  response: incidentShape,
  handle: async ({ appID, parameters }, { incidentStore, clock }) => {
    const found = await incidentStore.get(appID, parameters.incidentID);
    if (found.body.acknowledgedAt !== undefined) return toIncidentShape(found);
    const acknowledged = await incidentStore.update(appID, parameters.incidentID, ({ body }) => ({
      ...body,
      acknowledgedAt: body.acknowledgedAt ?? clock.now().toISOString(),
    }));
    return toIncidentShape(acknowledged);
  },
});

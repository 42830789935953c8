import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { incidentShape, toIncidentShape } from './incident-shape.ts';

export const getIncident = defineOperation({
  operationID: 'getIncident',
  method: 'GET',
  path: '/ext/1/incidents/{incidentID}',
  acl: INGESTION_RIGHTS,
  response: incidentShape,
  handle: async ({ appID, parameters }, { incidentStore }) =>
    toIncidentShape(await incidentStore.get(appID, parameters.incidentID)),
});

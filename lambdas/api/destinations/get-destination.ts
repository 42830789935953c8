import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { destinationShape, toDestinationShape } from './destination-shape.ts';

export const getDestination = defineOperation({
  operationID: 'getDestination',
  method: 'GET',
  path: '/1/destinations/{destinationID}',
  acl: INGESTION_RIGHTS,
  response: destinationShape,
  handle: async ({ appID, parameters }, { destinationStore }) =>
    toDestinationShape(await destinationStore.get(appID, parameters.destinationID)),
});

import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

export const deleteDestination = defineOperation({
  operationID: 'deleteDestination',
  method: 'DELETE',
  path: '/1/destinations/{destinationID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { destinationStore }) => ({
    deletedAt: toWireDate(await destinationStore.delete(appID, parameters.destinationID)),
  }),
});

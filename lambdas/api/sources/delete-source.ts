import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

export const deleteSource = defineOperation({
  operationID: 'deleteSource',
  method: 'DELETE',
  path: '/1/sources/{sourceID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { sourceStore }) => ({
    deletedAt: toWireDate(await sourceStore.delete(appID, parameters.sourceID)),
  }),
});

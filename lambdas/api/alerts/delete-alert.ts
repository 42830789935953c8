import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

/** What it has not delivered yet is not delivered any more. */
export const deleteAlert = defineOperation({
  operationID: 'deleteAlert',
  method: 'DELETE',
  path: '/ext/1/alerts/{alertID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { alertStore }) => ({
    deletedAt: toWireDate(await alertStore.delete(appID, parameters.alertID)),
  }),
});

import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

export const deleteAuthentication = defineOperation({
  operationID: 'deleteAuthentication',
  method: 'DELETE',
  path: '/1/authentications/{authenticationID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { authenticationStore }) => ({
    deletedAt: toWireDate(await authenticationStore.delete(appID, parameters.authenticationID)),
  }),
});

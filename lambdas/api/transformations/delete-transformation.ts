import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

export const deleteTransformation = defineOperation({
  operationID: 'deleteTransformation',
  method: 'DELETE',
  path: '/1/transformations/{transformationID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { transformationStore }) => ({
    deletedAt: toWireDate(await transformationStore.delete(appID, parameters.transformationID)),
  }),
});

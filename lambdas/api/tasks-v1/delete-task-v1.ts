import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

export const deleteTaskV1 = defineOperation({
  operationID: 'deleteTaskV1',
  method: 'DELETE',
  path: '/1/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { tasks }) => ({
    deletedAt: toWireDate(await tasks.delete(appID, parameters.taskID)),
  }),
});

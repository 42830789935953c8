import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

export const deleteTask = defineOperation({
  operationID: 'deleteTask',
  method: 'DELETE',
  path: '/2/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { tasks }) => ({
    deletedAt: toWireDate(await tasks.delete(appID, parameters.taskID)),
  }),
});

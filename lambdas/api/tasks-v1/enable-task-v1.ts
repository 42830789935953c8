import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskUpdatedShape, toTaskUpdatedShape } from '../tasks/task-answers.ts';

export const enableTaskV1 = defineOperation({
  operationID: 'enableTaskV1',
  method: 'PUT',
  path: '/1/tasks/{taskID}/enable',
  acl: INGESTION_RIGHTS,
  response: taskUpdatedShape,
  handle: async ({ appID, parameters }, { tasks }) =>
    toTaskUpdatedShape(await tasks.update(appID, parameters.taskID, { enabled: true })),
});

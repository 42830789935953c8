import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskUpdatedShape, toTaskUpdatedShape } from '../tasks/task-answers.ts';

export const disableTask = defineOperation({
  operationID: 'disableTask',
  method: 'PUT',
  path: '/2/tasks/{taskID}/disable',
  acl: INGESTION_RIGHTS,
  response: taskUpdatedShape,
  handle: async ({ appID, parameters }, { tasks }) =>
    toTaskUpdatedShape(await tasks.update(appID, parameters.taskID, { enabled: false })),
});

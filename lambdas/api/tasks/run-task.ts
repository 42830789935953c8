import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { handleRunTask, runStartedShape, runTaskSchema } from '../tasks/run-task-request.ts';

export const runTask = defineOperation({
  operationID: 'runTask',
  method: 'POST',
  path: '/2/tasks/{taskID}/run',
  acl: INGESTION_RIGHTS,
  body: runTaskSchema,
  response: runStartedShape,
  handle: handleRunTask,
});

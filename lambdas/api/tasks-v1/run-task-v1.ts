import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { handleRunTask, runStartedShape, runTaskSchema } from '../tasks/run-task-request.ts';

export const runTaskV1 = defineOperation({
  operationID: 'runTaskV1',
  method: 'POST',
  path: '/1/tasks/{taskID}/run',
  acl: INGESTION_RIGHTS,
  body: runTaskSchema,
  response: runStartedShape,
  handle: handleRunTask,
});

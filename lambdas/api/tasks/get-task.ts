import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskShape, toTaskShape } from './task-shape.ts';

export const getTask = defineOperation({
  operationID: 'getTask',
  method: 'GET',
  path: '/2/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  response: taskShape,
  handle: async ({ appID, parameters }, { taskStore }) =>
    toTaskShape(await taskStore.get(appID, parameters.taskID)),
});

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskShape, toTaskShape } from './task-shape.ts';

export const getTask = defineOperation({
  operationID: 'getTask',
  method: 'GET',
  path: '/2/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  response: taskShape,
  handle: async ({ appID, parameters }, { taskStore, findLastRuns }) => {
    const task = await taskStore.get(appID, parameters.taskID);
    return toTaskShape(task, await findLastRuns(appID, [task.id]));
  },
});

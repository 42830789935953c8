import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskV1Shape, toTaskV1Shape } from './task-v1-shape.ts';

export const getTaskV1 = defineOperation({
  operationID: 'getTaskV1',
  method: 'GET',
  path: '/1/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  response: taskV1Shape,
  handle: async ({ appID, parameters }, { taskStore, findLastRuns }) => {
    const task = await taskStore.get(appID, parameters.taskID);
    return toTaskV1Shape(task, await findLastRuns(appID, [task.id]));
  },
});

import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { idListSchema } from '../search-body.ts';
import { taskV1Shape, toTaskV1Shape } from './task-v1-shape.ts';

export const searchTasksV1 = defineOperation({
  operationID: 'searchTasksV1',
  method: 'POST',
  path: '/1/tasks/search',
  acl: INGESTION_RIGHTS,
  body: z.object({ taskIDs: idListSchema }),
  response: z.array(taskV1Shape),
  handle: async ({ appID, body }, { taskStore, findLastRuns }) => {
    const found = await taskStore.findMany(appID, body.taskIDs);
    const lastRuns = await findLastRuns(
      appID,
      found.map(({ id }) => id),
    );
    return found.map((task) => toTaskV1Shape(task, lastRuns));
  },
});

import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { idListSchema } from '../search-body.ts';
import { taskShape, toTaskShape } from './task-shape.ts';

export const searchTasks = defineOperation({
  operationID: 'searchTasks',
  method: 'POST',
  path: '/2/tasks/search',
  acl: INGESTION_RIGHTS,
  body: z.object({ taskIDs: idListSchema }),
  response: z.array(taskShape),
  handle: async ({ appID, body }, { taskStore, findLastRuns }) => {
    const found = await taskStore.findMany(appID, body.taskIDs);
    const lastRuns = await findLastRuns(
      appID,
      found.map(({ id }) => id),
    );
    return found.map((task) => toTaskShape(task, lastRuns));
  },
});

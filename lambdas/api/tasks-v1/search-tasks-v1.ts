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
  handle: async ({ appID, body }, { taskStore }) => {
    const found = await taskStore.findMany(appID, body.taskIDs);
    return found.map(toTaskV1Shape);
  },
});

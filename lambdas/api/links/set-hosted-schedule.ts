import * as z from 'zod';

import { NotFoundError } from '../../../core/foundation/errors.ts';
import { cronSchema } from '../../../core/tasks/cron.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { hostedTaskShape, toHostedTaskShape } from './hosted-task-shape.ts';

/** Puts a schedule of ours on a task at Algolia, beside the one that it may have there; null takes it away. */
export const setHostedSchedule = defineOperation({
  operationID: 'setHostedSchedule',
  method: 'PUT',
  path: '/ext/1/links/{linkID}/tasks/{taskID}/schedule',
  acl: INGESTION_RIGHTS,
  body: z.object({ cron: cronSchema.nullable() }),
  response: hostedTaskShape,
  handle: async ({ appID, parameters: { linkID, taskID }, body }, { taskStore, tasks }) => {
    const { hosted } = (await taskStore.get(appID, taskID)).body;
    if (hosted?.linkID !== linkID) {
      throw new NotFoundError('task.not_found', 'This link has no task of that ID.');
    }
    return toHostedTaskShape(await tasks.setHostedCron(appID, taskID, body.cron ?? undefined));
  },
});

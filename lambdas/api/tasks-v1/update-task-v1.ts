import * as z from 'zod';

import { taskFields } from '../../../core/tasks/task-input.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskUpdatedShape, toTaskUpdatedShape } from '../tasks/task-answers.ts';

export const updateTaskV1 = defineOperation({
  operationID: 'updateTaskV1',
  method: 'PATCH',
  path: '/1/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  body: z.object({
    destinationID: taskFields.destinationID.optional(),
    trigger: z.object({ cron: taskFields.cron }).optional(),
    input: taskFields.input.optional(),
    enabled: taskFields.enabled.optional(),
    failureThreshold: taskFields.failureThreshold.optional(),
  }),
  response: taskUpdatedShape,
  handle: async ({ appID, parameters, body }, { tasks }) => {
    const { trigger, ...change } = body;
    return toTaskUpdatedShape(
      await tasks.update(appID, parameters.taskID, { ...change, cron: trigger?.cron }),
    );
  },
});

import * as z from 'zod';

import { taskFields } from '../../../core/tasks/task-input.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskUpdatedShape, toTaskUpdatedShape } from '../tasks/task-answers.ts';

export const updateTask = defineOperation({
  operationID: 'updateTask',
  method: 'PATCH',
  path: '/2/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  body: z.object({
    destinationID: taskFields.destinationID.optional(),
    cron: taskFields.cron.optional(),
    input: taskFields.input.optional(),
    enabled: taskFields.enabled.optional(),
    subscriptionAction: taskFields.subscriptionAction.optional(),
    failureThreshold: taskFields.failureThreshold.optional(),
    notifications: taskFields.notifications.optional(),
    policies: taskFields.policies.optional(),
  }),
  response: taskUpdatedShape,
  handle: async ({ appID, parameters, body }, { tasks }) =>
    toTaskUpdatedShape(await tasks.update(appID, parameters.taskID, body)),
});

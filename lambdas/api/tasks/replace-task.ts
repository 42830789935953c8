import * as z from 'zod';

import { taskFields } from '../../../core/tasks/task-input.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskUpdatedShape, toTaskUpdatedShape } from './task-answers.ts';

/** What the body leaves out goes back to its default; the source stays. */
export const replaceTask = defineOperation({
  operationID: 'replaceTask',
  method: 'PUT',
  path: '/2/tasks/{taskID}',
  acl: INGESTION_RIGHTS,
  body: z.object({
    destinationID: taskFields.destinationID,
    action: taskFields.action,
    subscriptionAction: taskFields.subscriptionAction.optional(),
    cron: taskFields.cron.optional(),
    enabled: taskFields.enabled.optional(),
    failureThreshold: taskFields.failureThreshold.optional(),
    input: taskFields.input.optional(),
    cursor: taskFields.cursor.optional(),
    notifications: taskFields.notifications.optional(),
    policies: taskFields.policies.optional(),
  }),
  response: taskUpdatedShape,
  handle: async ({ appID, parameters, body }, { tasks }) =>
    toTaskUpdatedShape(await tasks.replace(appID, parameters.taskID, body)),
});

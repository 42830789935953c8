import * as z from 'zod';

import { taskFields } from '../../../core/tasks/task-input.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskCreatedShape, toTaskCreatedShape } from '../tasks/task-answers.ts';

export const createTask = defineOperation({
  operationID: 'createTask',
  method: 'POST',
  path: '/2/tasks',
  acl: INGESTION_RIGHTS,
  body: z.object({
    sourceID: taskFields.sourceID,
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
  response: taskCreatedShape,
  handle: async ({ appID, freshID, body }, { tasks }) =>
    toTaskCreatedShape(await tasks.create(appID, freshID, body)),
});

import * as z from 'zod';

import { taskFields, triggerInputSchema } from '../../../core/tasks/task-input.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { taskCreatedShape, toTaskCreatedShape } from '../tasks/task-answers.ts';

export const createTaskV1 = defineOperation({
  operationID: 'createTaskV1',
  method: 'POST',
  path: '/1/tasks',
  acl: INGESTION_RIGHTS,
  body: z.object({
    sourceID: taskFields.sourceID,
    destinationID: taskFields.destinationID,
    trigger: triggerInputSchema,
    action: taskFields.action,
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

import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { handlePush, pushBodySchema, pushShape, watchParameter } from './push-request.ts';

export const pushTask = defineOperation({
  operationID: 'pushTask',
  method: 'POST',
  path: '/2/tasks/{taskID}/push',
  acl: INGESTION_RIGHTS,
  query: z.object(watchParameter),
  body: pushBodySchema,
  maxBodyBytes: ({ pushMaxBytes }) => pushMaxBytes,
  response: pushShape,
  handle: ({ appID, parameters: { taskID }, query: { watch }, body, freshID }, dependencies) =>
    handlePush({ appID, taskID, body, watch, freshID }, dependencies),
});

import * as z from 'zod';

import { invalidField } from '../../../core/foundation/validation.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { handlePush, pushBodySchema, pushShape, watchParameter } from './push-request.ts';

const MAX_INDEX_NAME_LENGTH = 256;

/** By the index that a push task writes, or that of another index, whose task then also serves this one. */
export const push = defineOperation({
  operationID: 'push',
  method: 'POST',
  path: '/1/push/{indexName}',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...watchParameter,
    referenceIndexName: z.string().max(MAX_INDEX_NAME_LENGTH).optional(),
  }),
  body: pushBodySchema,
  maxBodyBytes: ({ pushMaxBytes }) => pushMaxBytes,
  response: pushShape,
  handle: async ({ appID, parameters, query, body, freshID }, dependencies) => {
    const { indexName } = parameters;
    const { watch, referenceIndexName } = query;
    if (indexName.length > MAX_INDEX_NAME_LENGTH) {
      throw invalidField('indexName', `must have at most ${MAX_INDEX_NAME_LENGTH} characters`);
    }
    const taskID = await dependencies.findPushTask(appID, referenceIndexName ?? indexName);
    return handlePush({ appID, taskID, indexName, body, watch, freshID }, dependencies);
  },
});

import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { hostedTaskShape, toHostedTaskShape } from './hosted-task-shape.ts';

export const listHostedTasks = defineOperation({
  operationID: 'listHostedTasks',
  method: 'GET',
  path: '/ext/1/links/{linkID}/tasks',
  acl: INGESTION_RIGHTS,
  query: z.object({ ...pageParameters, ...sortParameters(['updatedAt', 'createdAt'], 'createdAt') }),
  response: z.object({ tasks: z.array(hostedTaskShape), pagination: paginationShape }),
  handle: async ({ appID, parameters, query }, { linkStore, taskStore }) => {
    const { id } = await linkStore.get(appID, parameters.linkID);
    const { items, nbItems } = await taskStore.list(appID, { ...query, filter: { linkID: [id] } });
    return { tasks: items.map(toHostedTaskShape), pagination: describePage(query, nbItems) };
  },
});

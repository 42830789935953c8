import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { ACTIONS, TRIGGER_TYPES } from '../../../core/tasks/task.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import {
  booleanParameter,
  idParameter,
  listParameter,
  only,
  pageParameters,
  sortParameters,
} from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { taskV1Shape, toTaskV1Shape } from './task-v1-shape.ts';

export const listTasksV1 = defineOperation({
  operationID: 'listTasksV1',
  method: 'GET',
  path: '/1/tasks',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['enabled', 'triggerType', 'action', 'updatedAt', 'createdAt'], 'createdAt'),
    action: listParameter(z.enum(ACTIONS)),
    enabled: booleanParameter,
    sourceID: listParameter(idParameter),
    destinationID: listParameter(idParameter),
    triggerType: listParameter(z.enum(TRIGGER_TYPES)),
  }),
  response: z.object({ tasks: z.array(taskV1Shape), pagination: paginationShape }),
  handle: async ({ appID, query }, { taskStore, findLastRuns }) => {
    const { items, nbItems } = await taskStore.list(appID, {
      ...query,
      filter: {
        action: query.action,
        enabled: only(query.enabled),
        sourceID: query.sourceID,
        destinationID: query.destinationID,
        triggerType: query.triggerType,
      },
    });
    const lastRuns = await findLastRuns(
      appID,
      items.map(({ id }) => id),
    );
    return {
      tasks: items.map((task) => toTaskV1Shape(task, lastRuns)),
      pagination: describePage(query, nbItems),
    };
  },
});

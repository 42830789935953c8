import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { SOURCE_TYPES } from '../../../core/sources/source-types.ts';
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
import { taskShape, toTaskShape } from './task-shape.ts';

export const listTasks = defineOperation({
  operationID: 'listTasks',
  method: 'GET',
  path: '/2/tasks',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['enabled', 'triggerType', 'action', 'updatedAt', 'createdAt'], 'createdAt'),
    action: listParameter(z.enum(ACTIONS)),
    enabled: booleanParameter,
    sourceID: listParameter(idParameter),
    sourceType: listParameter(z.enum(SOURCE_TYPES)),
    destinationID: listParameter(idParameter),
    triggerType: listParameter(z.enum(TRIGGER_TYPES)),
    withEmailNotifications: booleanParameter,
  }),
  response: z.object({ tasks: z.array(taskShape), pagination: paginationShape }),
  handle: async ({ appID, query }, { taskStore, findLastRuns }) => {
    const { items, nbItems } = await taskStore.list(appID, {
      ...query,
      filter: {
        action: query.action,
        enabled: only(query.enabled),
        sourceID: query.sourceID,
        sourceType: query.sourceType,
        destinationID: query.destinationID,
        triggerType: query.triggerType,
        withEmailNotifications: only(query.withEmailNotifications),
      },
    });
    const lastRuns = await findLastRuns(
      appID,
      items.map(({ id }) => id),
    );
    return {
      tasks: items.map((task) => toTaskShape(task, lastRuns)),
      pagination: describePage(query, nbItems),
    };
  },
});

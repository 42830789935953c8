import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { runSchema } from '../../../core/runs/run-item.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import {
  dateParameter,
  idParameter,
  listParameter,
  pageParameters,
  sortParameters,
} from '../query-parameters.ts';
import { paginationShape, windowShape } from '../response-shapes.ts';
import { readWindow, toListed, toWindowShape } from '../window.ts';
import { runShape, toRunShape } from './run-shape.ts';

const DEFAULT_WINDOW_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;

export const listRuns = defineOperation({
  operationID: 'listRuns',
  method: 'GET',
  path: '/1/runs',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['status', 'updatedAt', 'createdAt'], 'createdAt'),
    status: listParameter(runSchema.shape.status),
    type: listParameter(runSchema.shape.type),
    taskID: idParameter.optional(),
    startDate: dateParameter,
    endDate: dateParameter,
  }),
  response: z.object({ runs: z.array(runShape), pagination: paginationShape, window: windowShape }),
  handle: async ({ appID, query }, { runStore, clock }) => {
    const { page, itemsPerPage, sort, order, status, type, taskID } = query;
    const window = readWindow(query, DEFAULT_WINDOW_MILLISECONDS, clock.now());
    const { runs, nbItems } = await runStore.list(appID, {
      page,
      itemsPerPage,
      sort,
      order,
      ...toListed(window, query),
      ...(status === undefined ? {} : { statuses: status }),
      ...(type === undefined ? {} : { types: type }),
      ...(taskID === undefined ? {} : { taskID }),
    });
    return {
      runs: runs.map(toRunShape),
      pagination: describePage(query, nbItems),
      window: toWindowShape(window),
    };
  },
});

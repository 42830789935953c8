import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { dateParameter, listParameter, pageParameters, sortParameters } from '../query-parameters.ts';
import { paginationShape, windowShape } from '../response-shapes.ts';
import { requireRun } from '../runs/require-run.ts';
import { readWindow, toListed, toWindowShape } from '../window.ts';
import { runEventShape, toRunEventShape } from './run-event-shape.ts';

const DEFAULT_WINDOW_MILLISECONDS = 3 * 60 * 60 * 1000;

export const listEvents = defineOperation({
  operationID: 'listEvents',
  method: 'GET',
  path: '/1/runs/{runID}/events',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    ...sortParameters(['status', 'type', 'publishedAt'], 'publishedAt'),
    status: listParameter(runEventShape.shape.status.unwrap()),
    type: listParameter(runEventShape.shape.type),
    startDate: dateParameter,
    endDate: dateParameter,
  }),
  response: z.object({ events: z.array(runEventShape), pagination: paginationShape, window: windowShape }),
  handle: async ({ appID, parameters, query }, dependencies) => {
    const { runEventStore, clock } = dependencies;
    const { page, itemsPerPage, sort, order, status, type } = query;
    const { runID } = await requireRun(dependencies, appID, parameters.runID);
    const window = readWindow(query, DEFAULT_WINDOW_MILLISECONDS, clock.now());
    const { events, nbItems } = await runEventStore.list(appID, runID, {
      page,
      itemsPerPage,
      sort,
      order,
      ...toListed(window, query),
      ...(status === undefined ? {} : { statuses: status }),
      ...(type === undefined ? {} : { types: type }),
    });
    return {
      events: events.map(toRunEventShape),
      pagination: describePage(query, nbItems),
      window: toWindowShape(window),
    };
  },
});

import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import { START_STATUSES } from '../../../core/links/hosted-starts.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { wireDate } from '../response-shapes.ts';

const NEWEST = 100;

const startShape = z.object({
  startID: z.string(),
  taskID: z.string(),
  trigger: z.enum(['api', 'schedule', 'webhook']),
  status: z.enum(START_STATUSES),
  /** The run at Algolia, once that is known. */
  runID: z.string().optional(),
  reason: z.string().optional(),
  createdAt: wireDate,
});

/** What was asked of Algolia in the name of triggers of ours: the newest first, at most a hundred. */
export const listHostedStarts = defineOperation({
  operationID: 'listHostedStarts',
  method: 'GET',
  path: '/ext/1/links/{linkID}/starts',
  acl: INGESTION_RIGHTS,
  response: z.object({ starts: z.array(startShape) }),
  handle: async ({ appID, parameters }, { linkStore, hostedStarts }) => {
    const { id } = await linkStore.get(appID, parameters.linkID);
    const starts = await hostedStarts.listNewest(appID, id, NEWEST);
    return {
      starts: starts.map((start) => ({
        ...start,
        trigger: start.trigger.kind,
        createdAt: toWireDate(new Date(start.createdAt)),
      })),
    };
  },
});

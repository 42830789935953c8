import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Run } from '../../../core/runs/run.ts';
import { deliverySchema, type StoredDelivery } from '../../../core/webhooks/delivery-items.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { pageParameters } from '../query-parameters.ts';
import { wireDate } from '../response-shapes.ts';
import { findRun } from '../runs/require-run.ts';

const deliveryShape = z.object({
  deliveryID: z.string(),
  /** As its sender names it. */
  senderID: z.string(),
  receivedAt: wireDate,
  /** `waiting` for a run, `taken` by one, or `ignored` since it asks for none. */
  status: deliverySchema.shape.status,
  /** Why it was ignored. */
  reason: z.string().optional(),
  /** The first few that it names; none where it is about the whole source. */
  objectIDs: z.array(z.string()),
  objectCount: z.int(),
  /** How often it came again, which started nothing. */
  duplicates: z.int(),
  lastDuplicateAt: wireDate.optional(),
  /** The run that took it, often together with others; null when the run is not kept any more. */
  runID: z.string().nullable(),
  runStatus: z.enum(['created', 'started', 'finished', 'skipped']).nullable(),
  runOutcome: z.enum(['success', 'failure']).nullable(),
  runReason: z.string().nullable(),
});

/** The deliveries of the last seven days, newest first. Of those that were not authentic only the number is kept. */
export const listWebhookDeliveries = defineOperation({
  operationID: 'listWebhookDeliveries',
  method: 'GET',
  path: '/ext/1/tasks/{taskID}/webhook/deliveries',
  acl: INGESTION_RIGHTS,
  query: z.object({
    itemsPerPage: pageParameters.itemsPerPage,
    /** The `next` of the page before. */
    before: z.string().min(1).max(100).optional(),
  }),
  response: z.object({
    deliveries: z.array(deliveryShape),
    /** Where the next page begins; null on the last one. */
    next: z.string().nullable(),
    /** How many were refused, by hour. */
    refused: z.array(z.object({ hour: wireDate, deliveries: z.int() })),
  }),
  handle: async ({ appID, parameters: { taskID }, query }, dependencies) => {
    const { webhooks, deliveryLedger } = dependencies;
    const owner = { appID, taskID };
    await webhooks.get(owner);
    const [{ deliveries, next }, refused] = await Promise.all([
      deliveryLedger.list(owner, { before: query.before, limit: query.itemsPerPage }),
      deliveryLedger.listRefused(owner),
    ]);
    const runIDs = [...new Set(deliveries.flatMap(({ runID }) => runID ?? []))];
    const found = runIDs.map(async (runID) => [runID, await findRun(dependencies, appID, runID)] as const);
    const byID = new Map(await Promise.all(found));
    return {
      deliveries: deliveries.map((delivery) => toDeliveryShape(delivery, byID.get(delivery.runID ?? ''))),
      next: next ?? null,
      refused,
    };
  },
});

function toDeliveryShape(
  { receivedAt, lastDuplicateAt, ...delivery }: StoredDelivery,
  run: Run | undefined,
): z.input<typeof deliveryShape> {
  return {
    ...delivery,
    receivedAt: toWireDate(new Date(receivedAt)),
    ...(lastDuplicateAt === undefined ? {} : { lastDuplicateAt: toWireDate(new Date(lastDuplicateAt)) }),
    runID: run?.runID ?? null,
    runStatus: run?.status ?? null,
    runOutcome: run?.outcome ?? null,
    runReason: run?.reason ?? null,
  };
}

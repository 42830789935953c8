import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { PushedRecord } from '../../../core/push/push-records.ts';
import { PUSH_ACTIONS } from '../../../core/runs/run-item.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { booleanParameter } from '../query-parameters.ts';
import { wireDate } from '../response-shapes.ts';
import { runEventShape, toRunEventShape } from '../run-events/run-event-shape.ts';

/** A body can have tens of thousands of records without an id: the first few say what is wrong. */
const MAX_FAULTS = 10;

const recordSchema = z.looseObject({ objectID: z.string().min(1) });

export const pushBodySchema = z.object({
  action: z.enum(PUSH_ACTIONS),
  records: z.array(z.unknown()).transform((records, context): PushedRecord[] => {
    const accepted: PushedRecord[] = [];
    let faults = 0;
    for (const [index, record] of records.entries()) {
      const fault = findFault(record);
      if (fault === undefined) accepted.push(recordSchema.parse(record));
      else {
        context.addIssue({ code: 'custom', path: [index, ...fault.path], message: fault.message });
        faults += 1;
      }
      if (faults >= MAX_FAULTS) break;
    }
    return accepted;
  }),
});

export const watchParameter = { watch: booleanParameter };

/** `data` is null for all pushes; `events` says what went wrong in one that was watched. */
export const pushShape = z.object({
  runID: z.string(),
  eventID: z.string(),
  data: z.null(),
  events: z.array(runEventShape),
  message: z.string(),
  createdAt: wireDate,
});

/** Accepts a push, the same for both ways of naming its task, and waits for its end where it is watched. */
export async function handlePush(
  request: {
    readonly appID: string;
    readonly taskID: string;
    readonly indexName?: string;
    readonly body: z.output<typeof pushBodySchema>;
    readonly watch: boolean | undefined;
    /** The same in every repeat of the request under one Idempotency-Key. */
    readonly freshID: string;
  },
  { acceptPush, watchPush, runStore }: ApiDependencies,
): Promise<z.output<typeof pushShape>> {
  const { appID, taskID, indexName, body, watch, freshID } = request;
  const run = await acceptPush({
    appID,
    taskID,
    indexName,
    ...body,
    triggerKey: freshID,
  });
  const { runID, push } = run;
  const answer = {
    runID,
    eventID: push.eventID,
    data: null,
    events: [],
    createdAt: toWireDate(new Date(run.createdAt)),
  };
  const path = `GET /1/runs/${runID}/events/${push.eventID}`;
  if (watch !== true) {
    return { ...answer, message: `The push was accepted: ${path} answers once its records can be searched.` };
  }
  const event = await watchPush(run);
  if (event === undefined) {
    const message = `The push was accepted and is still being worked on: poll ${path}, which answers 404 until its records can be searched.`;
    return { ...answer, message };
  }
  const { reason } = (await runStore.get(appID, runID)) ?? {};
  return {
    ...answer,
    events: event.status === 'succeeded' ? [] : [toRunEventShape(event)],
    message: reason ?? 'The push was applied.',
  };
}

function findFault(record: unknown): { path: string[]; message: string } | undefined {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { path: [], message: 'must be an object' };
  }
  const objectID: unknown = Reflect.get(record, 'objectID');
  if (objectID === undefined) return { path: ['objectID'], message: 'is required' };
  if (typeof objectID !== 'string') return { path: ['objectID'], message: 'must be a string' };
  return objectID === '' ? { path: ['objectID'], message: 'must not be empty' } : undefined;
}

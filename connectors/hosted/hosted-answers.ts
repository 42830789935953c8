import * as z from 'zod';
import { withinBytes } from '../../core/foundation/bounded-schemas.ts';
import { isID } from '../../core/foundation/ids.ts';
import type { HostedRun, HostedTask } from '../../core/links/hosted-api.ts';
import { runEventSchema, type RunEvent } from '../../core/run-events/run-event.ts';
import { runSchema } from '../../core/runs/run-item.ts';
import { SOURCE_TYPES } from '../../core/sources/source-types.ts';
import { taskSchema } from '../../core/tasks/task.ts';

/**
 * What Algolia answers, read leniently: a value that is not known here yet is left out or takes the nearest that is, so
 * that a new word there does not stop the copying.
 */

const MAX_TEXT_LENGTH = 10_000;
const MAX_NAME_LENGTH = 300;
const NO_TASK = '00000000-0000-0000-0000-000000000000';

const id = z.string().refine(isID);
/** Part of keys in the table. */
const reference = z.string().regex(/^[\w-]{1,100}$/);
const date = z
  .string()
  .pipe(z.coerce.date())
  .transform((at) => at.toISOString());
/** Absent, null or unreadable: nothing. */
function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}
const count = z.int().min(0).catch(0);

const task = taskSchema.shape;

export const hostedTaskSchema = z.object({
  taskID: id,
  sourceID: reference,
  destinationID: reference,
  action: task.action.catch('replace'),
  subscriptionAction: optional(task.action),
  enabled: z.boolean().catch(true),
  failureThreshold: task.failureThreshold.catch(0),
  cron: optional(z.string().max(MAX_TEXT_LENGTH)),
  lastRun: optional(date),
  nextRun: optional(date),
  cursor: optional(date),
  input: optional(withinBytes(task.input.unwrap())),
  notifications: optional(task.notifications.unwrap()),
  policies: optional(task.policies.unwrap()),
  createdAt: date,
  updatedAt: date,
}) satisfies z.ZodType<HostedTask>;

/** Of people; shown in alerts. */
const name = z.string().transform((text) => text.slice(0, MAX_NAME_LENGTH));

export const hostedSourceSchema = z.object({
  sourceID: z.string(),
  type: z.enum(SOURCE_TYPES),
  name: name.catch(''),
});

export const hostedDestinationSchema = z
  .object({
    destinationID: z.string(),
    name: name.catch(''),
    input: z.object({ indexName: name }).optional().catch(undefined),
  })
  .transform(({ destinationID, name: called, input }) => ({
    destinationID,
    name: called,
    indexName: input?.indexName,
  }));

const run = runSchema.shape;

export const hostedRunSchema = z
  .object({
    runID: id,
    taskID: id.catch(NO_TASK),
    type: run.type.catch('reindex'),
    // Looked at again, until it is one of the ends that are known.
    status: run.status.catch('started'),
    outcome: optional(run.outcome.unwrap()),
    reason: optional(z.string().transform((text) => text.slice(0, MAX_TEXT_LENGTH))),
    reasonCode: optional(run.reasonCode.unwrap()),
    failureThreshold: run.failureThreshold.catch(0),
    progress: z
      .object({ expectedNbOfEvents: count, receivedNbOfEvents: count })
      .catch({ expectedNbOfEvents: 0, receivedNbOfEvents: 0 }),
    createdAt: date,
    startedAt: optional(date),
    finishedAt: optional(date),
  })
  .transform(({ progress, ...fields }): HostedRun => ({
    ...fields,
    progress: { expected: progress.expectedNbOfEvents, received: progress.receivedNbOfEvents },
  }));

const event = runEventSchema.shape;

export const hostedEventSchema = z.object({
  eventID: id,
  runID: id,
  status: event.status.catch(null),
  type: event.type.catch('log'),
  batchSize: count,
  data: event.data.catch(null),
  publishedAt: date,
}) satisfies z.ZodType<RunEvent>;

/** Those of the items that can be read. */
export function readItems<Item>(items: readonly unknown[], schema: z.ZodType<Item>): Item[] {
  return items.flatMap((item) => {
    const parsed = schema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

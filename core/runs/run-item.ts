import * as z from 'zod';
import { TABLE_KEYS } from '../foundation/table.ts';
import { runRegistrationSchema } from '../webhooks/registration.ts';
import { OVERLAP_POLICIES } from './overlap.ts';
import type { Run } from './run.ts';

export const PUSH_ACTIONS = [
  'addObject',
  'updateObject',
  'partialUpdateObject',
  'partialUpdateObjectNoCreate',
  'deleteObject',
  'delete',
  'clear',
] as const;

const countSchema = z.int().min(0);

const reasonCodeSchema = z.enum([
  'internal',
  'cancelled',
  'critical',
  'no_events',
  'too_many_errors',
  'lacking_events',
  'ok',
  'blocking',
  'idle',
]);

const outcomeSchema = z.enum(['success', 'failure']);

const heldSchema = z.object({ records: countSchema, until: z.string(), cause: z.string() });

/** A run as the table holds it. Attributes of the table's own (keys, indexes, TTL) are dropped by the parse. */
export const runSchema = z.object({
  runID: z.string(),
  appID: z.string(),
  taskID: z.string(),
  type: z.enum(['reindex', 'update', 'discover', 'validate', 'push']),
  action: z.enum(['replace', 'save', 'partial', 'partialNoCreate', 'append']),
  status: z.enum(['created', 'started', 'finished', 'skipped']),
  outcome: outcomeSchema.optional(),
  reason: z.string().optional(),
  reasonCode: reasonCodeSchema.optional(),
  failureThreshold: z.number().min(0).max(100),
  overlap: z.enum(OVERLAP_POLICIES).optional(),
  gaveWayTo: z.string().optional(),
  trigger: z.object({ kind: z.enum(['api', 'schedule', 'webhook']), key: z.string() }),
  // As JSON text, because the table's numbers have fewer digits and less range than those of JSON.
  runMetadata: z.union([z.record(z.string(), z.unknown()), z.string().transform(readMetadata)]).optional(),
  checkedSource: z.string().optional(),
  registration: runRegistrationSchema.optional(),
  sample: z.string().optional(),
  counts: z.object({
    received: countSchema,
    applied: countSchema,
    unchanged: countSchema,
    rejected: countSchema,
    dropped: countSchema.optional(),
  }),
  cursor: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  sourceBytesRead: countSchema.optional(),
  rejectedKept: countSchema.optional(),
  recordSet: z.string().optional(),
  dividedFrom: z.string().optional(),
  replay: z
    .object({
      runID: z.string(),
      createdAt: z.string(),
      leaseKey: z.string(),
      kept: countSchema,
      numbers: z.array(countSchema).readonly().optional(),
      isCorrected: z.boolean().optional(),
      isForced: z.boolean().optional(),
    })
    .optional(),
  fence: countSchema,
  attempts: countSchema,
  stalls: countSchema,
  restarts: countSchema,
  generation: countSchema.optional(),
  revision: countSchema,
  leaseKey: z.string().optional(),
  waits: countSchema.optional(),
  push: z
    .object({
      action: z.enum(PUSH_ACTIONS),
      indexName: z.string(),
      eventID: z.string(),
      sequence: countSchema,
      recordCount: countSchema,
      payloadKey: z.string().optional(),
    })
    .optional(),
  settlement: z
    .object({
      outcome: outcomeSchema,
      reasonCode: reasonCodeSchema,
      reason: z.string(),
      records: countSchema.optional(),
      held: heldSchema.optional(),
    })
    .optional(),
  cancelRequestedAt: z.string().optional(),
  held: heldSchema
    .extend({ decision: z.enum(['approve', 'discard']).optional(), isBegun: z.boolean().optional() })
    .optional(),
  cleanUpAt: z.string().optional(),
  notification: z.literal('pending').optional(),
  hosted: z.object({ applicationID: z.string(), startID: z.string().optional() }).optional(),
  dueAt: z.string().optional(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  updatedAt: z.string(),
}) satisfies z.ZodType<Run>;

/** Every run that has a follow-up due is in this one partition of the index `due`. */
export const DUE_PARTITION = 'due';

export function runKey(appID: string, runID: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#run`, [TABLE_KEYS.sort]: runID };
}

function readMetadata(text: string): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

import * as z from 'zod';

import { runPolicySchema } from '../runs/run-policy.ts';
import { SOURCE_TYPES } from '../sources/source-types.ts';
import { taskSourceInputSchema } from './task-source-input.ts';

export const ACTIONS = ['replace', 'save', 'partial', 'partialNoCreate', 'append'] as const;
export const actionSchema = z.enum(ACTIONS);
export const TRIGGER_TYPES = ['onDemand', 'schedule', 'subscription', 'streaming'] as const;

export const notificationsSchema = z.object({ email: z.object({ enabled: z.boolean().optional() }) });
export const policiesSchema = z.object({ criticalThreshold: z.int().min(1).max(10).optional() });

/** That a task was disabled because its runs kept failing. */
export const blockedSchema = z.object({ at: z.string(), reason: z.string() });

/** Of a task that still runs at Algolia: which link copies it, and what starts it there. */
const hostedTaskSchema = z.object({
  linkID: z.string(),
  cron: z.string().optional(),
  lastRun: z.string().optional(),
  nextRun: z.string().optional(),
  /** What people call its source, its destination and its index. */
  sourceName: z.string().optional(),
  destinationName: z.string().optional(),
  indexName: z.string().optional(),
});

/** What is stored of a task: one shape for both generations of the API. */
export const taskSchema = z.object({
  sourceID: z.string(),
  /** Copied from the source, whose type never changes: lists filter by it. */
  sourceType: z.enum(SOURCE_TYPES),
  destinationID: z.string(),
  action: actionSchema,
  /** What updates of single entities do, where `action` is for full runs. */
  subscriptionAction: actionSchema.optional(),
  triggerType: z.enum(TRIGGER_TYPES),
  /** Of tasks on a schedule, and of no others. */
  cron: z.string().optional(),
  input: taskSourceInputSchema.optional(),
  enabled: z.boolean(),
  /** Percent. */
  failureThreshold: z.int().min(0).max(100),
  /** RFC 3339. */
  cursor: z.string().optional(),
  notifications: notificationsSchema.optional(),
  policies: policiesSchema.optional(),
  /** Absent: the defaults. */
  runPolicy: runPolicySchema.optional(),
  /** The critical failures since the last run that ended otherwise. */
  criticalRuns: z.array(z.object({ runID: z.string(), finishedAt: z.string() })).optional(),
  /** Why it was disabled by itself; gone when it is enabled. */
  blocked: blockedSchema.optional(),
  /** Absent for a task of our own. Of a hosted one `cron` is the schedule that was put on it here. */
  hosted: hostedTaskSchema.optional(),
});

export type Task = z.output<typeof taskSchema>;

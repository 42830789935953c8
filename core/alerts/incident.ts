import * as z from 'zod';

import { incidentCauseSchema } from './causes.ts';

/** What is said of a task in an alert, as it was when the incident began. */
export const taskFactsSchema = z.object({
  taskID: z.string(),
  sourceName: z.string(),
  destinationName: z.string(),
  indexName: z.string(),
  action: z.string(),
});
export type TaskFacts = z.output<typeof taskFactsSchema>;

/** What is said of a run in an alert. */
export const runFactsSchema = z.object({
  runID: z.string(),
  reasonCode: z.string().optional(),
  reason: z.string().optional(),
  /** What it does to the index: not that of its task where an event of the source started it. */
  action: z.string().optional(),
  /** More than one worker was at it, so more may be written than was counted. */
  isCountedLow: z.boolean().optional(),
  /** It was a run at Algolia: `received` and `applied` count its events, and `rejected` nothing. */
  isHosted: z.boolean().optional(),
  received: z.int(),
  applied: z.int(),
  rejected: z.int(),
  failureThreshold: z.number(),
  isHeld: z.boolean(),
  /** Of the first records that failed. */
  reasons: z.array(z.string()),
});
export type RunFacts = z.output<typeof runFactsSchema>;

/** What is known of an incident, in facts; `compose-alert.ts` makes the sentences. */
const incidentFactsSchema = z.object({
  task: taskFactsSchema.optional(),
  run: runFactsSchema.optional(),
  /** What no other field says: since when, how many, which queue. */
  detail: z.string().optional(),
});
export type IncidentFacts = z.output<typeof incidentFactsSchema>;

export const INCIDENT_STATUSES = ['open', 'recovered'] as const;

/** Something that is wrong, from the first time it was seen to the moment that it was well again. */
export const incidentSchema = z.object({
  cause: incidentCauseSchema,
  status: z.enum(INCIDENT_STATUSES),
  taskID: z.string().optional(),
  /** The only alert that it concerns, where it does not concern all that ask for its cause. */
  alertID: z.string().optional(),
  facts: incidentFactsSchema,
  openedAt: z.string(),
  /** How often it was seen, the first time included. */
  occurrences: z.int().min(1),
  lastOccurredAt: z.string(),
  acknowledgedAt: z.string().optional(),
  recoveredAt: z.string().optional(),
  /** The run that showed that all is well again. */
  recoveredBy: runFactsSchema.optional(),
  /** What made an end of it, where that is no run. */
  recoveredBecause: z.string().optional(),
});
export type Incident = z.output<typeof incidentSchema>;

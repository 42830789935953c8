import * as z from 'zod';

/** One step of a run as its owner reads it; Algolia's Event. Written per checkpoint, never per batch. */
export const runEventSchema = z.object({
  eventID: z.string(),
  runID: z.string(),
  status: z.enum(['created', 'started', 'retried', 'failed', 'succeeded', 'critical']).nullable(),
  type: z.enum(['fetch', 'record', 'log', 'transform']),
  /** How many records the step was about. */
  batchSize: z.int().min(0),
  /** At most 32 KB of JSON. */
  data: z.record(z.string(), z.unknown()).nullable(),
  /** RFC 3339 with milliseconds; the wire shows whole seconds. */
  publishedAt: z.string(),
});

export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventStatus = RunEvent['status'];
export type RunEventType = RunEvent['type'];

import * as z from 'zod';

/** What is to be at the vendor, and what a worker found there last. */
export const registrationSchema = z.object({
  appID: z.string(),
  taskID: z.string(),
  /** Where the vendor is to deliver. */
  url: z.string(),
  /** Through whose credentials the vendor is told, also when the task is gone. */
  sourceID: z.string(),
  wanted: z.enum(['registered', 'removed']),
  /** Since when. */
  wantedAt: z.string(),
  /** The vendor's topics that were delivered when a worker last looked; none before the first time. */
  topics: z.array(z.string()),
  checkedAt: z.string().optional(),
  /** The last run that was asked to look. */
  runID: z.string(),
  /** When a worker looks again: vendors switch webhooks off by themselves. */
  dueAt: z.string(),
});

/** The registration of a task's webhook at the vendor of its source. */
export type Registration = z.output<typeof registrationSchema>;

/** What a run carries that is to make the vendor's webhooks as they are wanted. */
export const runRegistrationSchema = registrationSchema.pick({ taskID: true, url: true, wanted: true });

export type RunRegistration = z.output<typeof runRegistrationSchema>;

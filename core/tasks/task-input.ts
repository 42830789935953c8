import * as z from 'zod';

import { withinBytes } from '../foundation/bounded-schemas.ts';
import { dateSchema } from '../foundation/text-schemas.ts';
import { cronSchema } from './cron.ts';
import { actionSchema, notificationsSchema, policiesSchema } from './task.ts';

/** The fields of a task that requests of both generations share. */
export const taskFields = {
  sourceID: z.string(),
  destinationID: z.string(),
  action: actionSchema,
  enabled: z.boolean(),
  failureThreshold: z.int().min(0).max(100),
  /** Checked against the type of the task's source. */
  input: withinBytes(z.record(z.string(), z.unknown())),
  cursor: dateSchema,
  notifications: notificationsSchema,
  policies: policiesSchema,
  cron: cronSchema,
  subscriptionAction: actionSchema,
};

/** The trigger of the older generation. */
export const triggerInputSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('onDemand') }),
  z.object({ type: z.literal('schedule'), cron: cronSchema }),
  z.object({ type: z.literal('subscription') }),
  z.object({ type: z.literal('streaming') }),
]);

export type TriggerInput = z.output<typeof triggerInputSchema>;

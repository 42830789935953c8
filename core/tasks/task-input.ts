import * as z from 'zod';

import { dateSchema } from '../foundation/text-schemas.ts';
import { ACTIONS, notificationsSchema, policiesSchema, TRIGGER_TYPES } from './task.ts';

const SUPPORTED_ACTIONS: readonly string[] = ['replace', 'save', 'partial'];

/** The fields of a task that requests of both generations share; those not built yet say so. */
export const taskFields = {
  sourceID: z.string(),
  destinationID: z.string(),
  action: z.enum(ACTIONS).refine((action) => SUPPORTED_ACTIONS.includes(action), {
    error: ({ input }) => `${String(input)} is not supported yet; supported: ${SUPPORTED_ACTIONS.join(', ')}`,
  }),
  enabled: z.boolean(),
  failureThreshold: z.int().min(0).max(100),
  input: z
    .record(z.string(), z.unknown())
    .refine(
      (input) => Object.keys(input).length === 0,
      'not supported yet: tasks of sources of type csv and json take no input',
    ),
  cursor: dateSchema,
  notifications: notificationsSchema,
  policies: policiesSchema,
  cron: notYet('schedules are not supported yet'),
  subscriptionAction: notYet('subscriptions are not supported yet'),
};

/** The trigger of the older generation; only tasks on demand so far. */
export const triggerInputSchema = z.object({
  type: z.enum(TRIGGER_TYPES).refine((type) => type === 'onDemand', {
    error: ({ input }) => `triggers of type ${String(input)} are not supported yet; supported: onDemand`,
  }),
});

/** A string that is known to the API and refused for now. */
function notYet(message: string): z.ZodType<string, string> {
  return z.string().refine(() => false, message);
}

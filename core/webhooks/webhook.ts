import * as z from 'zod';

import { sealedSecretSchema } from '../foundation/sealing.ts';
import { WEBHOOK_SCHEMES } from './webhook-scheme.ts';

/** What is stored of a task's webhook, under the task's ID. */
export const webhookSchema = z.object({
  scheme: z.enum(WEBHOOK_SCHEMES),
  /** Absent where the scheme has none. */
  secret: sealedSecretSchema.optional(),
  /** The secret before the last rotation, good until then. */
  previous: z.object({ secret: sealedSecretSchema, validUntil: z.string() }).optional(),
  /** Of commercetools: whose notifications are meant. */
  projectKey: z.string().optional(),
});

export type Webhook = z.output<typeof webhookSchema>;

import * as z from 'zod';

import { sealedSecretSchema } from '../foundation/sealing.ts';
import { PLAIN_CONDITIONS } from './causes.ts';

/** One thing that an alert is about. */
export const conditionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(PLAIN_CONDITIONS) }),
  /** No run of a task was started for so long. */
  z.strictObject({
    type: z.literal('noRunWithin'),
    minutes: z
      .int()
      .min(2)
      .max(60 * 24 * 60),
  }),
]);
export type Condition = z.output<typeof conditionSchema>;

/** Why nothing is sent through a channel any more, until the alert's channels are set again. */
const disabledSchema = z.object({ at: z.string(), reason: z.string() });

const channelFields = { channelID: z.string(), disabled: disabledSchema.optional() };

/** A way to somebody, as stored: what opens it for whoever has it is sealed. */
const channelSchema = z.discriminatedUnion('type', [
  z.object({ ...channelFields, type: z.literal('email'), to: z.array(z.string()) }),
  z.object({ ...channelFields, type: z.literal('webhook'), url: z.string(), secret: sealedSecretSchema }),
  z.object({ ...channelFields, type: z.literal('slack'), url: sealedSecretSchema }),
  z.object({ ...channelFields, type: z.literal('sns'), topicARN: z.string() }),
  z.object({ ...channelFields, type: z.literal('eventBridge') }),
]);
export type Channel = z.output<typeof channelSchema>;

/** What is stored of an alert: who is told of what. */
export const alertSchema = z.object({
  name: z.string(),
  enabled: z.boolean(),
  /** Absent: all tasks. */
  taskIDs: z.array(z.string()).optional(),
  conditions: z.array(conditionSchema),
  channels: z.array(channelSchema),
});
export type Alert = z.output<typeof alertSchema>;

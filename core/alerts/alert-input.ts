import * as z from 'zod';

import { nameSchema, urlSchema } from '../foundation/text-schemas.ts';
import { conditionSchema } from './alert.ts';

const MAX_ADDRESSES = 20;
const MAX_CHANNELS = 10;
const MAX_TASKS = 100;

/** Standard Webhooks asks for 24 to 64 bytes. */
const webhookSecret = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
    'must be a secret of Standard Webhooks: whsec_ and 24 to 64 bytes in base64',
  );

/** Of a channel that is there already; without it, the channel is a new one. */
const channelID = z.string().optional();

/** A channel as requests give it. A secret that is null stays as it was stored under the same channelID. */
const channelInputSchema = z.discriminatedUnion('type', [
  z.strictObject({
    channelID,
    type: z.literal('email'),
    to: z.array(z.email('must be an email address').max(320)).min(1).max(MAX_ADDRESSES),
  }),
  z.strictObject({ channelID, type: z.literal('webhook'), url: urlSchema, secret: webhookSecret.nullable() }),
  z.strictObject({ channelID, type: z.literal('slack'), url: urlSchema.nullable() }),
  z.strictObject({
    channelID,
    type: z.literal('sns'),
    topicARN: z
      .string()
      .max(400)
      .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/, 'must be the ARN of a standard SNS topic'),
  }),
  z.strictObject({ channelID, type: z.literal('eventBridge') }),
]);
export type ChannelInput = z.output<typeof channelInputSchema>;

/** The fields of an alert as a create gives them. */
export const alertInputSchema = z.object({
  name: nameSchema,
  enabled: z.boolean().default(true),
  /** Null: all tasks. */
  taskIDs: z.array(z.string()).min(1).max(MAX_TASKS).nullable().default(null),
  conditions: z.array(conditionSchema).min(1).max(20),
  channels: z.array(channelInputSchema).min(1).max(MAX_CHANNELS),
});
export type AlertInput = z.output<typeof alertInputSchema>;

/** An update: a field that is given is set whole. */
export const alertUpdateSchema = z.object({
  name: alertInputSchema.shape.name.optional(),
  enabled: z.boolean().optional(),
  taskIDs: alertInputSchema.shape.taskIDs.unwrap().optional(),
  conditions: alertInputSchema.shape.conditions.optional(),
  channels: alertInputSchema.shape.channels.optional(),
});
export type AlertUpdate = z.output<typeof alertUpdateSchema>;

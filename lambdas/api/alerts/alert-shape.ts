import * as z from 'zod';

import { conditionSchema, type Alert, type Channel } from '../../../core/alerts/alert.ts';
import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Resource } from '../../../core/resources/resource.ts';
import { wireDate } from '../response-shapes.ts';

const channelFields = {
  channelID: z.string(),
  /** Why nothing is sent there any more, until the channels are set again. */
  disabled: z.object({ at: wireDate, reason: z.string() }).nullable(),
};

/** A channel as the API shows it: secrets as null. */
const channelShape = z.discriminatedUnion('type', [
  z.object({ ...channelFields, type: z.literal('email'), to: z.array(z.string()) }),
  z.object({ ...channelFields, type: z.literal('webhook'), url: z.string(), secret: z.null() }),
  z.object({ ...channelFields, type: z.literal('slack'), url: z.null() }),
  z.object({ ...channelFields, type: z.literal('sns'), topicARN: z.string() }),
  z.object({ ...channelFields, type: z.literal('eventBridge') }),
]);

export const alertShape = z.object({
  alertID: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  /** Null: all tasks. */
  taskIDs: z.array(z.string()).nullable(),
  conditions: z.array(conditionSchema),
  channels: z.array(channelShape),
  createdAt: wireDate,
  updatedAt: wireDate,
});

export function toAlertShape({
  id,
  body,
  createdAt,
  updatedAt,
}: Resource<Alert>): z.output<typeof alertShape> {
  return {
    alertID: id,
    name: body.name,
    enabled: body.enabled,
    taskIDs: body.taskIDs ?? null,
    conditions: body.conditions,
    channels: body.channels.map(toChannelShape),
    createdAt: toWireDate(new Date(createdAt)),
    updatedAt: toWireDate(new Date(updatedAt)),
  };
}

function toChannelShape(channel: Channel): z.output<typeof channelShape> {
  const disabled =
    channel.disabled === undefined
      ? null
      : { at: toWireDate(new Date(channel.disabled.at)), reason: channel.disabled.reason };
  if (channel.type === 'webhook') return { ...channel, disabled, secret: null };
  return channel.type === 'slack' ? { ...channel, disabled, url: null } : { ...channel, disabled };
}

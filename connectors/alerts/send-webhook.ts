import { Webhook } from 'standardwebhooks';

import type { ChannelAnswer, OpenedChannel, OutgoingAlert } from '../../core/alerts/channel-port.ts';
import type { HttpClient } from '../http/http-client.ts';
import { post } from './post.ts';

/** Signs and sends by Standard Webhooks (https://www.standardwebhooks.com): one ID for all attempts, the time of each. */
export async function sendWebhook(
  http: HttpClient,
  { url, secret }: Extract<OpenedChannel, { type: 'webhook' }>,
  { raised, at }: OutgoingAlert,
  now: Date,
): Promise<ChannelAnswer> {
  const body = JSON.stringify({
    type: `alert.${raised.transition}`,
    timestamp: at.toISOString(),
    data: raised,
  });
  return post(http, url, body, {
    'webhook-id': raised.deliveryID,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret.reveal()).sign(raised.deliveryID, now, body),
  });
}

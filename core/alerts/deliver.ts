import type { Clock } from '../foundation/clock.ts';
import type { DataKeys } from '../foundation/data-keys.ts';
import { SealBrokenError } from '../foundation/sealing.ts';
import { deriveID } from '../foundation/ids.ts';
import type { Alert, Channel } from './alert.ts';
import type { AlertQueue } from './alert-queue.ts';
import type { AlertStore } from './alert-store.ts';
import type { ChannelAnswer, OutgoingAlert, SendThrough } from './channel-port.ts';
import type { ComposeDelivery } from './compose-delivery.ts';
import { nextAttemptAt, type Delivery } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { openChannel } from './open-channel.ts';

/** The sweep looks a minute ahead: what is due sooner is sent on at once. */
const SENT_AT_ONCE_SECONDS = 60;

/** How a channel fared, where that is news. */
export type ChannelNews =
  | { readonly kind: 'works'; readonly at: string }
  | { readonly kind: 'failed'; readonly at: string; readonly reason: string; readonly isGone: boolean };

/** One attempt of a delivery, if it is due and nobody else is at it. */
export type Deliver = (key: Pick<Delivery, 'appID' | 'aboutID' | 'deliveryID'>) => Promise<void>;

export interface DeliverDependencies {
  readonly alerts: AlertStore;
  readonly deliveries: DeliveryStore;
  readonly compose: ComposeDelivery;
  readonly sendThrough: SendThrough;
  readonly dataKeys: DataKeys;
  readonly queue: AlertQueue;
  readonly clock: Clock;
  /** Who gets the emails that tasks ask for. */
  readonly recipient: string | undefined;
  /** Told when a channel was given up, and when one delivered. */
  readonly onChannelNews: (delivery: Delivery, channel: Channel, news: ChannelNews) => Promise<void>;
}

export function createDeliver(dependencies: DeliverDependencies): Deliver {
  const { deliveries, compose } = dependencies;
  return async (key) => {
    const delivery = await deliveries.claim(key);
    if (delivery === undefined) return;
    const alert = await dependencies.alerts.find(delivery.appID, delivery.alertID);
    const channel = channelOf(dependencies, delivery, alert?.body);
    const outgoing = channel === undefined ? undefined : await compose(delivery, alert?.body.name ?? '');
    if (channel === undefined || outgoing === undefined) {
      // Its alert, its channel or what it tells of is gone since: nobody waits for it.
      await deliveries.settle(delivery, { status: 'cancelled' });
      return;
    }
    await attempt(dependencies, { delivery, channel, outgoing });
  };
}

/** The channel as it is now; nothing when it or its alert is gone or turned off, though a test goes to an alert that is off. */
function channelOf(
  { recipient }: DeliverDependencies,
  { appID, channelID, transition }: Delivery,
  alert: Alert | undefined,
): Channel | undefined {
  if (recipient !== undefined && channelID === deriveID(appID, 'task-notifications')) {
    return { channelID, type: 'email', to: [recipient] };
  }
  if (alert?.enabled === false && transition !== 'test') return undefined;
  const channel = alert?.channels.find((each) => each.channelID === channelID);
  return channel?.disabled === undefined ? channel : undefined;
}

interface Work {
  readonly delivery: Delivery;
  readonly channel: Channel;
  readonly outgoing: OutgoingAlert;
}

async function attempt(dependencies: DeliverDependencies, { delivery, channel, outgoing }: Work) {
  const { deliveries, queue, clock, onChannelNews } = dependencies;
  const { result, statusCode, answer } = await send(dependencies, { delivery, channel, outgoing });
  const now = clock.now();
  const at = now.toISOString();
  const attempts = delivery.attempts.length + 1;
  const made = {
    at,
    isDelivered: result === 'delivered',
    answer,
    ...(statusCode === undefined ? {} : { statusCode }),
  };
  if (result === 'delivered') {
    await deliveries.settle(delivery, { attempt: made, status: 'delivered' });
    await onChannelNews(delivery, channel, { kind: 'works', at });
    return;
  }
  const next = result === 'gone' ? undefined : nextAttemptAt(delivery, attempts, now);
  if (next !== undefined) {
    await deliveries.settle(delivery, { attempt: made, status: 'pending', dueAt: next });
    const seconds = (next.getTime() - now.getTime()) / 1000;
    const { appID, aboutID, deliveryID } = delivery;
    if (seconds <= SENT_AT_ONCE_SECONDS) {
      await queue.send({ version: 1, kind: 'deliver', appID, aboutID, deliveryID }, seconds);
    }
    return;
  }
  // The news first: who dies in between makes the attempt again, and tells it again, which changes nothing.
  const times = attempts === 1 ? '' : ` It was tried ${attempts} times.`;
  const isGone = result === 'gone';
  const failed = { kind: 'failed', at, reason: `${answer}${times}`, isGone } as const;
  if (isGone || delivery.transition !== 'test') await onChannelNews(delivery, channel, failed);
  await deliveries.settle(delivery, { attempt: made, status: 'failed' });
}

async function send(
  { sendThrough, dataKeys }: DeliverDependencies,
  { delivery, channel, outgoing }: Work,
): Promise<ChannelAnswer> {
  try {
    return await sendThrough(await openChannel(dataKeys, delivery, channel), outgoing);
  } catch (error) {
    if (!(error instanceof SealBrokenError)) throw error;
    return { result: 'failed', answer: 'The stored secret of the channel does not open: set it again.' };
  }
}

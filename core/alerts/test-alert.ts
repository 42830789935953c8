import type { Clock } from '../foundation/clock.ts';
import { deriveID } from '../foundation/ids.ts';
import { ConflictError } from '../foundation/errors.ts';
import type { Resource } from '../resources/resource.ts';
import type { Alert } from './alert.ts';
import type { AlertQueue } from './alert-queue.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { openChannels } from './select-alerts.ts';

const FIRST_POLL_MILLISECONDS = 50;
const MAX_POLL_MILLISECONDS = 500;

/** Sends a test through each channel of an alert, and waits for what they answer as long as a request may take. */
export type TestAlert = (appID: string, alert: Resource<Alert>, testID: string) => Promise<Delivery[]>;

export function createTestAlert(dependencies: {
  readonly deliveries: Pick<DeliveryStore, 'create' | 'list'>;
  readonly queue: AlertQueue;
  readonly clock: Clock;
  readonly waitSeconds: number;
}): TestAlert {
  const { deliveries, queue, clock, waitSeconds } = dependencies;
  return async (appID, alert, testID) => {
    const channels = openChannels(alert.body);
    if (channels.length === 0) {
      throw new ConflictError(
        'alert.no_channel',
        'Every channel of the alert is turned off: set them again.',
      );
    }
    const createdAt = clock.now().toISOString();
    for (const { channelID, type } of channels) {
      const deliveryID = deriveID('delivery', testID, alert.id, channelID);
      await deliveries.create({
        appID,
        aboutID: testID,
        deliveryID,
        alertID: alert.id,
        channelID,
        channelType: type,
        transition: 'test',
        status: 'pending',
        attempts: [],
        dueAt: createdAt,
        createdAt,
      });
      await queue.send({ version: 1, kind: 'deliver', appID, aboutID: testID, deliveryID });
    }
    const deadline = clock.now().getTime() + waitSeconds * 1000;
    for (let pause = FIRST_POLL_MILLISECONDS; ; pause = Math.min(MAX_POLL_MILLISECONDS, pause * 2)) {
      const answered = await deliveries.list(appID, testID);
      const isDone = answered.every(({ status }) => status !== 'pending');
      if (isDone || clock.now().getTime() >= deadline) return answered;
      await clock.sleep(pause);
    }
  };
}

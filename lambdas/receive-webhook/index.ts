import { createDeliveryLimiter } from '../../core/applications/rate-limiter.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys } from '../../core/foundation/data-keys.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { readLimits } from '../../core/foundation/limits.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createDeliveryLedger } from '../../core/webhooks/delivery-ledger.ts';
import { createOpenHooks } from '../../core/webhooks/open-hooks.ts';
import { createReceiveDelivery, type ReceiveDelivery } from '../../core/webhooks/receive-delivery.ts';
import { createWebhookStore } from '../../core/webhooks/webhook-store.ts';
import { composeHttpHandler } from '../middleware/http-handler.ts';
import { createAwsAcceptDelivery } from './create-accept-delivery.ts';
import { createHandler } from './handler.ts';

const log = createLog({ function: 'receive-webhook' });

/** Made by the first delivery, so that a missing variable is that delivery's answer and not a crash at import. */
let receiveDelivery: ReceiveDelivery | undefined;

function createAwsReceiveDelivery(): ReceiveDelivery {
  const environment = readEnvironment(
    'TABLE_NAME',
    'KEY_ARN',
    'LIMITS',
    'STARTS_QUEUE_URL',
    'RUNS_QUEUE_URL',
    'PUSH_BUCKET',
    'RUN_RETENTION_DAYS',
    'WEBHOOK_WINDOW_SECONDS',
  );
  const clock = systemClock;
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock };
  return createReceiveDelivery({
    openHooks: createOpenHooks({
      webhooks: createWebhookStore(table),
      tasks: createTaskStore(table),
      dataKeys: createKmsDataKeys(environment.KEY_ARN),
      clock,
    }),
    ledger: createDeliveryLedger(table),
    countDelivery: createDeliveryLimiter(table, readLimits(environment.LIMITS)),
    acceptDelivery: createAwsAcceptDelivery(table, environment, log),
    clock,
  });
}

export const handler = composeHttpHandler(
  createHandler(() => (receiveDelivery ??= createAwsReceiveDelivery())),
  { log, now: () => performance.now() },
);

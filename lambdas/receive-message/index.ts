import { systemClock } from '../../core/foundation/clock.ts';
import { readEnvironment } from '../../core/foundation/environment.ts';
import { createLog } from '../../core/foundation/logging.ts';
import { createTableClient } from '../../core/foundation/table-client.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { readCommercetoolsProjects } from '../../core/webhooks/commercetools-projects.ts';
import { createReceiveMessage, type ReceiveMessage } from '../../core/webhooks/receive-message.ts';
import { createWebhookStore } from '../../core/webhooks/webhook-store.ts';
import { composeQueueWorker } from '../middleware/queue-worker.ts';
import { createAwsAcceptDelivery } from '../receive-webhook/create-accept-delivery.ts';
import { createHandler } from './handler.ts';

const log = createLog({ function: 'receive-message' });

let receiveMessage: ReceiveMessage | undefined;

function createAwsReceiveMessage(): ReceiveMessage {
  const environment = readEnvironment(
    'TABLE_NAME',
    'STARTS_QUEUE_URL',
    'RUNS_QUEUE_URL',
    'PUSH_BUCKET',
    'RUN_RETENTION_DAYS',
    'WEBHOOK_WINDOW_SECONDS',
    'COMMERCETOOLS_PROJECTS',
  );
  const table = { client: createTableClient(), tableName: environment.TABLE_NAME, clock: systemClock };
  return createReceiveMessage({
    projects: readCommercetoolsProjects(environment.COMMERCETOOLS_PROJECTS),
    webhooks: createWebhookStore(table),
    tasks: createTaskStore(table),
    acceptDelivery: createAwsAcceptDelivery(table, environment, log),
    log,
  });
}

export const handler = composeQueueWorker(
  createHandler(() => (receiveMessage ??= createAwsReceiveMessage())),
  { log },
);

import { SQSClient } from '@aws-sdk/client-sqs';

import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { createDestinationStore } from '../../core/destinations/destination-store.ts';
import type { Environment } from '../../core/foundation/environment.ts';
import type { Log } from '../../core/foundation/logging.ts';
import { createAcceptPush, type AcceptPush } from '../../core/push/accept-push.ts';
import type { StorePayload } from '../../core/push/store-payload.ts';
import type { StoreDependencies } from '../../core/resources/resource-store.ts';
import { createRunQueue } from '../../core/runs/run-queue.ts';
import { createRunStore } from '../../core/runs/run-store.ts';
import { createTaskStore } from '../../core/tasks/task-store.ts';
import { createStartQueue } from '../../core/triggers/start-queue.ts';
import { createAcceptDelivery, type AcceptDelivery } from '../../core/webhooks/accept-delivery.ts';
import { createDeliveryLedger } from '../../core/webhooks/delivery-ledger.ts';
import { createGatherHints } from '../../core/webhooks/gather-hints.ts';
import { createHintLine } from '../../core/webhooks/hint-line.ts';
import { createHintWindows } from '../../core/webhooks/hint-window.ts';

type AcceptEnvironment = Pick<
  Environment,
  'STARTS_QUEUE_URL' | 'RUNS_QUEUE_URL' | 'PUSH_BUCKET' | 'RUN_RETENTION_DAYS' | 'WEBHOOK_WINDOW_SECONDS'
>;

/** What takes in authentic deliveries, over AWS. */
export function createAwsAcceptDelivery(
  table: StoreDependencies,
  environment: AcceptEnvironment,
  log: Log,
): AcceptDelivery {
  const sqs = new SQSClient({});
  return createAcceptDelivery({
    ledger: createDeliveryLedger(table),
    line: createHintLine(table),
    gatherHints: createGatherHints({
      windows: createHintWindows(table),
      startQueue: createStartQueue({ client: sqs, queueUrl: environment.STARTS_QUEUE_URL }),
      onUnsent: ({ taskID }, error) =>
        log.error('Hints wait for the sweep: their message was not sent', error, { taskID }),
    }),
    acceptPush: createAwsAcceptPush(table, { sqs, environment, log }),
    windowSeconds: Number(environment.WEBHOOK_WINDOW_SECONDS),
    clock: table.clock,
  });
}

function createAwsAcceptPush(
  table: StoreDependencies,
  { sqs, environment, log }: { sqs: SQSClient; environment: AcceptEnvironment; log: Log },
): AcceptPush {
  const runQueue = createRunQueue({ client: sqs, queueUrl: environment.RUNS_QUEUE_URL });
  // S3's client is loaded with the first records: most webhooks bring none.
  let storing: Promise<StorePayload> | undefined;
  const loadStore = async () => {
    const { createStorePayload } = await import('../../core/push/store-payload.ts');
    return createStorePayload({ bucket: environment.PUSH_BUCKET });
  };
  return createAcceptPush({
    table,
    tasks: createTaskStore(table),
    destinations: createDestinationStore(table),
    authentications: createAuthenticationStore(table),
    runStore: createRunStore({ ...table, retentionDays: Number(environment.RUN_RETENTION_DAYS) }),
    storePayload: async (payloadKey, payload) => (await (storing ??= loadStore()))(payloadKey, payload),
    sendMessage: (message) => runQueue.send(message),
    clock: table.clock,
    onUnsent: (run, error) =>
      log.error('A push waits for the sweep: its message was not sent', error, { runID: run.runID }),
  });
}

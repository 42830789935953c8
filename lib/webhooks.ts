import { HouseFunction } from './constructs/house-function.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import type { FunctionSurroundings } from './functions.ts';
import { EventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

// Senders give up after a few seconds (Shopify after five); what is slower is repeated by them.
const RECEIVE_WEBHOOK_TIMEOUT_SECONDS = 10;
const RECEIVE_MESSAGE_TIMEOUT_SECONDS = 30;

/**
 * What takes in the events of sources: by HTTP, and from commercetools, which calls no URL, by a queue where the stage
 * names its projects. What it may do is all written here.
 */
export class Webhooks extends Construct {
  readonly receiveWebhook: HouseFunction;

  constructor(scope: Construct, id: string, around: FunctionSurroundings) {
    super(scope, id);
    this.receiveWebhook = new HouseFunction(this, 'ReceiveWebhook', {
      ...around,
      name: 'receive-webhook',
      timeoutSeconds: RECEIVE_WEBHOOK_TIMEOUT_SECONDS,
      memoryMB: 512,
      environment: {
        ...acceptEnvironment(around),
        KEY_ARN: around.credentialsKey.keyArn,
        LIMITS: JSON.stringify(around.stage.limits),
      },
      failureMeans:
        'Deliveries of webhooks are answered with errors: senders that do not repeat them lose changes.',
    });
    around.credentialsKey.grantOpenWebhooks(this.receiveWebhook);
    grantAccept(this.receiveWebhook, around);
    if (Object.keys(around.stage.commercetoolsProjects).length > 0) this.#takeCommercetoolsMessages(around);
  }

  #takeCommercetoolsMessages(around: FunctionSurroundings): void {
    const { stage } = around;
    const queue = new WorkQueue(this, 'Commercetools', {
      stage,
      name: 'commercetools',
      workerTimeoutSeconds: RECEIVE_MESSAGE_TIMEOUT_SECONDS,
      deadLetterMeans:
        'A notification of commercetools could not be taken in: a change is missing in an index.',
      waitingMeans: 'Notifications of commercetools wait for more than a minute: indices get stale.',
    });
    const receiveMessage = new HouseFunction(this, 'ReceiveMessage', {
      ...around,
      name: 'receive-message',
      timeoutSeconds: RECEIVE_MESSAGE_TIMEOUT_SECONDS,
      memoryMB: 256,
      environment: {
        ...acceptEnvironment(around),
        COMMERCETOOLS_PROJECTS: JSON.stringify(stage.commercetoolsProjects),
      },
      failureMeans: 'Notifications of commercetools are not taken in, and come again.',
    });
    grantAccept(receiveMessage, around);
    queue.deliverTo(receiveMessage, { batchSize: 10, maxConcurrency: 5 });
    if (stage.commercetoolsEventSource === undefined) return;
    const bus = new EventBus(this, 'PartnerBus', { eventSourceName: stage.commercetoolsEventSource });
    const rule = new Rule(this, 'Notifications', {
      eventBus: bus,
      description: 'Notifications of commercetools to the queue that takes them in',
      eventPattern: { source: [stage.commercetoolsEventSource] },
    });
    // What commercetools sends to a queue itself: the notification without its envelope.
    rule.addTarget(queue.asTarget({ message: RuleTargetInput.fromEventPath('$.detail') }));
  }
}

function acceptEnvironment({ table, starts, runs, pushPayloads, stage }: FunctionSurroundings) {
  return {
    TABLE_NAME: table.tableName,
    STARTS_QUEUE_URL: starts.url,
    RUNS_QUEUE_URL: runs.url,
    PUSH_BUCKET: pushPayloads.bucketName,
    RUN_RETENTION_DAYS: String(stage.runRetentionDays),
    WEBHOOK_WINDOW_SECONDS: String(stage.webhookWindowSeconds),
  };
}

function grantAccept(fn: HouseFunction, { table, starts, runs, pushPayloads }: FunctionSurroundings): void {
  table.grantReadWriteDelete(fn);
  starts.grantAsk(fn);
  runs.grantStartRun(fn);
  pushPayloads.grantStore(fn);
}

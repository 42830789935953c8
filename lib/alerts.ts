import { alertMeansOf, grantAlertMeans } from './alert-means.ts';
import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { findDeadLetters, grantCount } from './constructs/find-dead-letters.ts';
import { HouseFunction } from './constructs/house-function.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import type { FunctionSurroundings } from './functions.ts';
import type { MessageBus } from './message-bus.ts';
import type { Stage } from './stage.ts';
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A message may bring several deliveries, each tried for 15 seconds at most. */
const SEND_ALERT_TIMEOUT_SECONDS = 60;

/** An end of a run that could not be handed on for a day is told by nobody any more. */
const MAX_EVENT_AGE = Duration.hours(24);

/** Alerts: a queue of what happened that somebody may want to hear of, and the function that tells people and programs. */
export class Alerts extends Construct {
  readonly url: string;
  readonly #stage: Stage;
  readonly #queue: WorkQueue;

  constructor(scope: Construct, id: string, { stage, bus }: { stage: Stage; bus: MessageBus }) {
    super(scope, id);
    this.#stage = stage;
    this.#queue = new WorkQueue(this, 'Queue', {
      stage,
      name: 'alerts',
      workerTimeoutSeconds: SEND_ALERT_TIMEOUT_SECONDS,
      deadLetterMeans: 'The end of a run was looked at three times in vain, so nobody was alerted of it.',
      waitingMeans: 'Alerts are sent more than two minutes after what they tell of.',
    });
    this.url = this.#queue.url;
    const undelivered = new DeadLetterQueue(this, 'Undelivered', {
      stage,
      runbookEntry: 'alerts-undelivered',
      failureMeans: 'The bus could not hand on that a run has ended, so nobody was alerted of it.',
    });
    Validations.of(undelivered.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of a rule, which the check does not look for.',
    });
    // Not AlertRaised: an alert about an alert would go round for ever.
    bus.deliverTo(this.#queue, { detailTypes: ['RunFinished'], undelivered, maxEventAge: MAX_EVENT_AGE });
  }

  /**
   * Makes the function that sends. Called last: it counts the messages of every dead-letter queue there is, and its
   * messages link to the API. The `askers` can say what they have seen, and ask for a look at what may be due.
   */
  send(around: FunctionSurroundings, { apiURL, askers }: { apiURL: string; askers: HouseFunction[] }): void {
    const deadLetters = findDeadLetters(Stack.of(this));
    const sendAlert = this.#createFunction(around, apiURL, deadLetters);
    around.table.grantReadWriteDelete(sendAlert);
    around.credentialsKey.grantOpenAlerts(sendAlert);
    around.bus.grantAnnounce(sendAlert);
    grantAlertMeans(this.#stage, sendAlert);
    grantCount(deadLetters, sendAlert);
    for (const fn of [sendAlert, ...askers]) this.#queue.grantSend(fn);
    this.#queue.deliverTo(sendAlert, { batchSize: 5, maxConcurrency: 5 });
  }

  #createFunction(
    around: FunctionSurroundings,
    apiURL: string,
    deadLetters: readonly DeadLetterQueue[],
  ): HouseFunction {
    const stage = this.#stage;
    const urls = deadLetters.map(({ runbookEntry, queue }) => [runbookEntry, queue.queueUrl] as const);
    return new HouseFunction(this, 'SendAlert', {
      ...around,
      name: 'send-alert',
      timeoutSeconds: SEND_ALERT_TIMEOUT_SECONDS,
      memoryMB: 256,
      environment: {
        TABLE_NAME: around.table.tableName,
        ALERTS_QUEUE_URL: this.url,
        BUS_NAME: around.bus.busName,
        KEY_ARN: around.credentialsKey.keyArn,
        API_URL: apiURL,
        ALLOW_PRIVATE: stage.allowPrivate.join(','),
        RUN_RETENTION_DAYS: String(stage.runRetentionDays),
        DEAD_LETTER_QUEUES: Stack.of(this).toJsonString(Object.fromEntries(urls)),
        ...alertMeansOf(stage),
      },
      failureMeans: 'Alerts are not sent, or are sent later than they should.',
    });
  }
}

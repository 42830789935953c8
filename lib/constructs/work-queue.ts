import type { Stage } from '../stage.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { addAlarm } from './house-alarm.ts';
import type { HouseFunction } from './house-function.ts';
import { Duration } from 'aws-cdk-lib';
import type { IRuleTarget } from 'aws-cdk-lib/aws-events';
import { SqsQueue, type SqsQueueProps } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

// AWS's advice, so that Lambda can retry a throttled batch before the message shows again:
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
const VISIBILITY_PER_TIMEOUT = 6;

// A message that killed its worker three times will do so again.
const MAX_RECEIVE_COUNT = 3;

export interface WorkQueueProps {
  readonly stage: Stage;
  /** First part of the runbook entries: `<name>-dead-letters` and `<name>-waiting`. */
  readonly name: string;
  /** The worker. Its timeout gives the visibility timeout. */
  readonly workerTimeoutSeconds: number;
  /** One sentence: what a message that could not be handled means for a user. */
  readonly deadLetterMeans: string;
  /** One sentence: what it means for a user when messages wait too long. */
  readonly waitingMeans: string;
}

/**
 * A queue with its dead-letter queue and alarms, worked by one function.
 * Encrypted with SQS's own key: messages hold ids and never records or credentials, so a customer key would add rights
 * to grant and requests to pay and protect nothing more.
 */
export class WorkQueue extends Construct {
  readonly arn: string;
  readonly url: string;
  readonly #queue: Queue;
  readonly #deadLetters: DeadLetterQueue;
  readonly #workerTimeout: Duration;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.#workerTimeout = Duration.seconds(props.workerTimeoutSeconds);
    this.#deadLetters = new DeadLetterQueue(this, 'DeadLetters', {
      stage: props.stage,
      runbookEntry: `${props.name}-dead-letters`,
      failureMeans: props.deadLetterMeans,
    });
    this.#queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(VISIBILITY_PER_TIMEOUT * props.workerTimeoutSeconds),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.#deadLetters.queue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    this.arn = this.#queue.queueArn;
    this.url = this.#queue.queueUrl;
    addAlarm(this, {
      stage: props.stage,
      runbookEntry: `${props.name}-waiting`,
      failureMeans: props.waitingMeans,
      metric: this.#queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      // A message is in the queue while it is worked on, so one whole invocation is normal and two are not.
      threshold: 2 * props.workerTimeoutSeconds,
    });
  }

  /** The function gets the queue's messages, at most `maxConcurrency` invocations at once, and answers per message. */
  deliverTo(worker: HouseFunction, options: { batchSize: number; maxConcurrency: number }): void {
    if (worker.timeout.toSeconds() > this.#workerTimeout.toSeconds()) {
      throw new Error(`${worker.node.path} may run longer than the queue's messages stay hidden for it.`);
    }
    worker.allow({
      actions: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:GetQueueAttributes',
      ],
      resources: [this.#queue.queueArn],
    });
    worker.function.addEventSourceMapping('Messages', {
      eventSourceArn: this.#queue.queueArn,
      batchSize: options.batchSize,
      maxConcurrency: options.maxConcurrency,
      reportBatchItemFailures: true,
    });
  }

  /** Where a rule of EventBridge can send to; what it cannot deliver goes to the dead letters, unless it says otherwise. */
  asTarget(options: SqsQueueProps): IRuleTarget {
    return new SqsQueue(this.#queue, { deadLetterQueue: this.#deadLetters.queue, ...options });
  }

  grantSend(sender: HouseFunction): void {
    sender.allow({ actions: ['sqs:SendMessage'], resources: [this.#queue.queueArn] });
  }
}

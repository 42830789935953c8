import type { Stage } from '../stage.ts';
import { addAlarm } from './house-alarm.ts';
import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface DeadLetterQueueProps {
  readonly stage: Stage;
  readonly runbookEntry: string;
  /** One sentence: what a message in here means for a user. */
  readonly failureMeans: string;
}

/** Where messages end that could not be delivered or handled: kept as long as SQS can, and one is enough for an alarm. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;
  /** Of the entry in the runbook that says what a message in here means. */
  readonly runbookEntry: string;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.runbookEntry = props.runbookEntry;
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    addAlarm(this, {
      stage: props.stage,
      runbookEntry: props.runbookEntry,
      failureMeans: props.failureMeans,
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 1,
    });
  }
}

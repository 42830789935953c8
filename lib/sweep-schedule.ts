import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { addAlarm } from './constructs/house-alarm.ts';
import type { HouseFunction } from './constructs/house-function.ts';
import type { Stage } from './stage.ts';
import { ScheduleRole } from './constructs/schedule-role.ts';
import { Duration, Validations } from 'aws-cdk-lib';
import { CfnSchedule, type CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

export interface SweepScheduleProps {
  readonly stage: Stage;
  readonly group: CfnScheduleGroup;
}

/** A schedule of each minute. A missed minute is made up by the next, so nothing is retried for longer than that. */
export class SweepSchedule extends Construct {
  readonly #props: SweepScheduleProps;

  constructor(scope: Construct, id: string, props: SweepScheduleProps) {
    super(scope, id);
    this.#props = props;
  }

  /** Invokes the function each minute, and raises an alarm when that stops happening. */
  invoke(sweep: HouseFunction): void {
    const { group, stage } = this.#props;
    const undelivered = this.#createDeadLetterQueue();
    const { role, policy } = new ScheduleRole(this, 'Role', {
      group,
      statements: [
        { actions: ['lambda:InvokeFunction'], resources: [sweep.function.functionArn] },
        { actions: ['sqs:SendMessage'], resources: [undelivered.queue.queueArn] },
      ],
    });
    const schedule = new CfnSchedule(this, 'Schedule', {
      groupName: group.ref,
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      state: 'ENABLED',
      target: {
        arn: sweep.function.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
        deadLetterConfig: { arn: undelivered.queue.queueArn },
      },
    });
    schedule.node.addDependency(policy);

    addAlarm(this, {
      stage,
      runbookEntry: 'poll-runs-silent',
      failureMeans: 'The sweep has not run for 15 minutes: runs that lost a message stay where they are.',
      metric: sweep.function.metricInvocations({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 3,
      direction: 'below',
    });
  }

  #createDeadLetterQueue(): DeadLetterQueue {
    const undelivered = new DeadLetterQueue(this, 'Undelivered', {
      stage: this.#props.stage,
      runbookEntry: 'poll-runs-undelivered',
      failureMeans:
        'Scheduler could not start the sweep: runs that lost a message go on later than they should.',
    });
    Validations.of(undelivered.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of a schedule, which the rule does not look for.',
    });
    return undelivered;
  }
}

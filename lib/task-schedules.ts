import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import type { HouseFunction } from './constructs/house-function.ts';
import { ScheduleRole } from './constructs/schedule-role.ts';
import type { Stage } from './stage.ts';
import type { StartQueue } from './start-queue.ts';
import { Stack, Validations } from 'aws-cdk-lib';
import type { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

export interface TaskSchedulesProps {
  readonly stage: Stage;
  readonly group: CfnScheduleGroup;
  readonly starts: StartQueue;
}

/**
 * The schedules of tasks, which the functions themselves make in the application's group: all send to the queue
 * `starts`, by one role that can do nothing else.
 */
export class TaskSchedules extends Construct {
  readonly environment: {
    readonly SCHEDULE_GROUP: string;
    readonly STARTS_QUEUE_ARN: string;
    readonly SCHEDULE_ROLE_ARN: string;
    readonly SCHEDULE_DEAD_LETTERS_ARN: string;
  };
  readonly #roleArn: string;
  readonly #schedules: string;
  readonly #groupLogicalID: string;

  constructor(scope: Construct, id: string, { stage, group, starts }: TaskSchedulesProps) {
    super(scope, id);
    const undelivered = new DeadLetterQueue(this, 'Undelivered', {
      stage,
      runbookEntry: 'schedules-undelivered',
      failureMeans: 'Scheduler could not hand over the hit of a schedule for an hour: a task did not start.',
    });
    Validations.of(undelivered.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of schedules, which the rule does not look for.',
    });
    const { role } = new ScheduleRole(this, 'Role', {
      group,
      statements: [{ actions: ['sqs:SendMessage'], resources: [starts.arn, undelivered.queue.queueArn] }],
    });
    this.#roleArn = role.roleArn;
    this.#groupLogicalID = Stack.of(this).getLogicalId(group);
    this.#schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      // Names with two dots are those of tasks: the sweep of this stack has its schedule in the group too.
      resourceName: `${group.ref}/*.*.*`,
    });
    this.environment = {
      SCHEDULE_GROUP: group.ref,
      STARTS_QUEUE_ARN: starts.arn,
      SCHEDULE_ROLE_ARN: role.roleArn,
      SCHEDULE_DEAD_LETTERS_ARN: undelivered.queue.queueArn,
    };
  }

  /** The function can make, change and remove schedules of tasks. */
  grantManage(fn: HouseFunction): void {
    fn.allow({
      actions: ['Get', 'Create', 'Update', 'Delete'].map((verb) => `scheduler:${verb}Schedule`),
      resources: [this.#schedules],
    });
    // Whoever makes a schedule hands it the role, and can hand it to nobody but Scheduler.
    fn.allow({
      actions: ['iam:PassRole'],
      resources: [this.#roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    });
    const { partition, region } = Stack.of(this);
    const schedules = `arn:${partition}:scheduler:${region}:<AWS::AccountId>:schedule/<${this.#groupLogicalID}>/*.*.*`;
    Validations.of(fn).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${schedules}]`,
      reason: 'Each task has schedules of its own, in the group of this stack.',
    });
  }
}

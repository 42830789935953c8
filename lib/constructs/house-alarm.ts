import type { Stage } from '../stage.ts';
import { Alarm, ComparisonOperator, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Where an alarm's description sends its reader; each alarm's entry is a heading of this document. */
const RUNBOOK = 'docs/runbook.md';

export interface HouseAlarmProps {
  readonly stage: Stage;
  /** Heading of the runbook's entry and last part of the alarm's name; unique in the stack. */
  readonly runbookEntry: string;
  /** One sentence: what this failure means for a user. */
  readonly failureMeans: string;
  readonly metric: IMetric;
  /** The alarm goes off at this value and beyond. */
  readonly threshold: number;
  readonly evaluationPeriods?: number;
  /** `below` goes off when the value is under the threshold or no data arrives at all. */
  readonly direction?: 'above' | 'below';
}

/** An alarm that says what it means for a user and where its runbook entry is. */
export function addAlarm(scope: Construct, props: HouseAlarmProps): void {
  const below = props.direction === 'below';
  const alarm = new Alarm(scope, `Alarm-${props.runbookEntry}`, {
    // A name of its own, because the name is what a notification shows first.
    alarmName: `millrace-${props.stage.name}-${props.runbookEntry}`,
    alarmDescription: `${props.failureMeans} Runbook: ${RUNBOOK}#${props.runbookEntry}`,
    metric: props.metric,
    threshold: props.threshold,
    evaluationPeriods: props.evaluationPeriods ?? 1,
    comparisonOperator: below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  const { alarmTopicArn } = props.stage;
  if (alarmTopicArn === undefined) return;
  alarm.addAlarmAction(new SnsAction(Topic.fromTopicArn(alarm, 'Topic', alarmTopicArn)));
}

import { defineUnneededType, notNeeded } from '../resource-type.ts';

const WATCH = 'Which metric of CloudWatch is watched, and how.';

export const alarm = defineUnneededType({
  type: 'AWS::CloudWatch::Alarm',
  reason: 'Nobody is on call for one machine: what fails is in its logs and in the events of a run.',
  properties: {
    ActionsEnabled: notNeeded('Whether anybody is told.'),
    AlarmActions: notNeeded('Who is told.'),
    OKActions: notNeeded('Who is told.'),
    AlarmDescription: notNeeded('What the one who is told reads.'),
    AlarmName: notNeeded('Its name in CloudWatch.'),
    ComparisonOperator: notNeeded(WATCH),
    DatapointsToAlarm: notNeeded(WATCH),
    Dimensions: notNeeded(WATCH),
    EvaluationPeriods: notNeeded(WATCH),
    ExtendedStatistic: notNeeded(WATCH),
    MetricName: notNeeded(WATCH),
    Metrics: notNeeded(WATCH),
    Namespace: notNeeded(WATCH),
    Period: notNeeded(WATCH),
    Statistic: notNeeded(WATCH),
    Tags: notNeeded('Labels for bills.'),
    Threshold: notNeeded(WATCH),
    TreatMissingData: notNeeded(WATCH),
    Unit: notNeeded(WATCH),
  },
  attributes: ({ logicalID }) => ({ Arn: logicalID }),
});

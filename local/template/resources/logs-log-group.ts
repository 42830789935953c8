import { arnOf, physicalName } from '../names.ts';
import { defineUnneededType, notNeeded } from '../resource-type.ts';

export const logGroup = defineUnneededType({
  type: 'AWS::Logs::LogGroup',
  reason: 'Functions write to files of the data directory, which are put aside by size.',
  properties: {
    KmsKeyId: notNeeded('The data directory is as safe as the disk it is on.'),
    LogGroupClass: notNeeded('A price class.'),
    LogGroupName: notNeeded('Its name in CloudWatch.'),
    RetentionInDays: notNeeded('Files are bounded by size, not by age.'),
    Tags: notNeeded('Labels for bills.'),
  },
  attributes: ({ names, logicalID }) => ({
    Arn: arnOf(names, 'logs', `log-group:${physicalName(names, logicalID)}:*`),
  }),
});

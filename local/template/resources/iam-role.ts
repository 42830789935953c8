import { arnOf, physicalName } from '../names.ts';
import { defineUnneededType, notNeeded } from '../resource-type.ts';

const RIGHTS = 'Rights among resources of an account; on one machine all belongs to the one who started it.';

export const role = defineUnneededType({
  type: 'AWS::IAM::Role',
  reason: RIGHTS,
  properties: {
    AssumeRolePolicyDocument: notNeeded(RIGHTS),
    Description: notNeeded('A sentence for the console of AWS.'),
    ManagedPolicyArns: notNeeded(RIGHTS),
    MaxSessionDuration: notNeeded(RIGHTS),
    Path: notNeeded(RIGHTS),
    PermissionsBoundary: notNeeded(RIGHTS),
    Policies: notNeeded(RIGHTS),
    RoleName: notNeeded('Its name in IAM.'),
    Tags: notNeeded('Labels for bills.'),
  },
  attributes: ({ names, logicalID }) => ({
    Arn: arnOf({ ...names, region: '' }, 'iam', `role/${physicalName(names, logicalID)}`),
  }),
});

import { defineUnneededType, notNeeded } from '../resource-type.ts';

const RIGHTS = 'Rights among resources of an account; on one machine all belongs to the one who started it.';

export const rolePolicy = defineUnneededType({
  type: 'AWS::IAM::Policy',
  reason: RIGHTS,
  properties: {
    Groups: notNeeded(RIGHTS),
    PolicyDocument: notNeeded(RIGHTS),
    PolicyName: notNeeded('Its name in IAM.'),
    Roles: notNeeded(RIGHTS),
    Users: notNeeded(RIGHTS),
  },
});

import { defineUnneededType, notNeeded } from '../resource-type.ts';

const WHO = 'Who may invoke a function: here only what the template wires to it can.';

export const permission = defineUnneededType({
  type: 'AWS::Lambda::Permission',
  reason: WHO,
  properties: {
    Action: notNeeded(WHO),
    FunctionName: notNeeded(WHO),
    Principal: notNeeded(WHO),
    SourceAccount: notNeeded(WHO),
    SourceArn: notNeeded(WHO),
  },
});

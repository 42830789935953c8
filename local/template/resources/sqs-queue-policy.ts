import { defineUnneededType, notNeeded } from '../resource-type.ts';

const WHO = 'Who may use a queue, and over which transport: here it listens on 127.0.0.1 only.';

export const queuePolicy = defineUnneededType({
  type: 'AWS::SQS::QueuePolicy',
  reason: WHO,
  properties: { PolicyDocument: notNeeded(WHO), Queues: notNeeded(WHO) },
});

import {
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { arnOf, physicalName } from '../names.ts';
import { defineResourceType, notNeeded } from '../resource-type.ts';

/** A rule that brings messages of a bus to queues and functions. */
export const eventRule = defineResourceType({
  type: 'AWS::Events::Rule',
  properties: z.strictObject({
    Description: notNeeded('A sentence for the console of AWS.'),
    EventBusName: z.string().default('default'),
    EventPattern: z.record(z.string(), z.unknown()),
    Name: z.string().optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Tags: notNeeded('Labels for bills.'),
    Targets: z.array(
      z.strictObject({
        Arn: z.string(),
        DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
        Id: z.string(),
        InputPath: z.string().optional(),
        RetryPolicy: z
          .strictObject({
            MaximumEventAgeInSeconds: z.int().optional(),
            MaximumRetryAttempts: z.int().optional(),
          })
          .optional(),
        SqsParameters: z.strictObject({ MessageGroupId: z.string() }).optional(),
      }),
    ),
  }),
  async provision(properties, { logicalID, names, clients: { eventBridge } }) {
    const { EventBusName, EventPattern, State, Targets } = properties;
    // A rule's name has 64 characters at most, and the end of a logical id tells it from others.
    const Name = properties.Name ?? physicalName(names, logicalID).slice(-64);
    const rule = { Rule: Name, EventBusName };
    await eventBridge.send(
      new PutRuleCommand({ Name, EventBusName, State, EventPattern: JSON.stringify(EventPattern) }),
    );
    const known = await eventBridge.send(new ListTargetsByRuleCommand(rule));
    const gone = (known.Targets ?? []).flatMap(({ Id }) =>
      Id === undefined || Targets.some((target) => target.Id === Id) ? [] : [Id],
    );
    if (gone.length > 0) await eventBridge.send(new RemoveTargetsCommand({ ...rule, Ids: gone }));
    await eventBridge.send(new PutTargetsCommand({ ...rule, Targets }));
    const path = EventBusName === 'default' ? Name : `${EventBusName}/${Name}`;
    return { physicalID: Name, attributes: { Arn: arnOf(names, 'events', `rule/${path}`) } };
  },
});

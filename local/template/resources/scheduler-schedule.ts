import {
  CreateScheduleCommand,
  ResourceNotFoundException,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import { arnOf, physicalName } from '../names.ts';
import { defineResourceType, notNeeded } from '../resource-type.ts';

/** What Scheduler sends to a function when a schedule has no input of its own. */
const DEFAULT_INPUT = '{}';

/** A schedule of the stack itself, such as the sweep of each minute. */
export const schedule = defineResourceType({
  type: 'AWS::Scheduler::Schedule',
  properties: z.strictObject({
    Description: notNeeded('A sentence for the console of AWS.'),
    FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
    GroupName: z.string().default('default'),
    KmsKeyArn: notNeeded('The data directory is as safe as the disk it is on.'),
    Name: z.string().optional(),
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.string().optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Target: z.strictObject({
      Arn: z.string(),
      DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
      Input: z.string().optional(),
      RetryPolicy: z
        .strictObject({
          MaximumEventAgeInSeconds: z.int().optional(),
          MaximumRetryAttempts: z.int().optional(),
        })
        .optional(),
      RoleArn: z.string(),
    }),
  }),
  async provision(properties, { logicalID, names, clients, plan }) {
    const { Description: _description, KmsKeyArn: _key, ...settings } = properties;
    const Name = properties.Name ?? physicalName(names, logicalID);
    const wanted = { ...settings, Name };
    try {
      await clients.scheduler.send(new UpdateScheduleCommand(wanted));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      await clients.scheduler.send(new CreateScheduleCommand(wanted));
    }
    if (properties.State === 'ENABLED') {
      plan.schedules.push({
        targetArn: properties.Target.Arn,
        input: properties.Target.Input ?? DEFAULT_INPUT,
      });
    }
    return {
      physicalID: Name,
      attributes: { Arn: arnOf(names, 'scheduler', `schedule/${properties.GroupName}/${Name}`) },
    };
  },
});

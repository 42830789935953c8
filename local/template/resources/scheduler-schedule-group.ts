import { CreateScheduleGroupCommand, ConflictException } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import { arnOf } from '../names.ts';
import { defineResourceType, notNeeded } from '../resource-type.ts';

export const scheduleGroup = defineResourceType({
  type: 'AWS::Scheduler::ScheduleGroup',
  properties: z.strictObject({ Name: z.string(), Tags: notNeeded('Labels for bills.') }),
  async provision({ Name }, { clients, names }) {
    try {
      await clients.scheduler.send(new CreateScheduleGroupCommand({ Name }));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
    }
    return { physicalID: Name, attributes: { Arn: arnOf(names, 'scheduler', `schedule-group/${Name}`) } };
  },
});

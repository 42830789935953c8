import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { defineResourceType, notNeeded } from '../resource-type.ts';

/** The bus that carries messages to alerts and to whatever a user attaches. */
export const eventBus = defineResourceType({
  type: 'AWS::Events::EventBus',
  properties: z.strictObject({
    Name: z.string(),
    Description: notNeeded('A sentence for the console of AWS.'),
    Tags: notNeeded('Labels for bills.'),
  }),
  async provision({ Name }, { clients: { eventBridge } }) {
    const arn = await findArn();
    return { physicalID: Name, attributes: { Arn: arn, Name } };

    async function findArn(): Promise<string> {
      try {
        const found = await eventBridge.send(new DescribeEventBusCommand({ Name }));
        return found.Arn ?? '';
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        const created = await eventBridge.send(new CreateEventBusCommand({ Name }));
        return created.EventBusArn ?? '';
      }
    }
  },
});

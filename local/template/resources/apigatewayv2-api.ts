import * as z from 'zod';
import { defineResourceType, notNeeded } from '../resource-type.ts';

/** The HTTP API: its routes are served by the front door (`local/http/`). */
export const httpApi = defineResourceType({
  type: 'AWS::ApiGatewayV2::Api',
  properties: z.strictObject({
    Name: z.string(),
    ProtocolType: z.literal('HTTP'),
    Description: notNeeded('A sentence for the console of AWS.'),
    Tags: notNeeded('Labels for bills.'),
  }),
  provision: async (_properties, { names, apiURL }) => ({
    physicalID: names.stackName,
    attributes: { ApiEndpoint: apiURL, ApiId: names.stackName },
  }),
});

import * as z from 'zod';
import { defineResourceType } from '../resource-type.ts';

/** What a route calls: a function, by payload format 2.0. */
export const httpIntegration = defineResourceType({
  type: 'AWS::ApiGatewayV2::Integration',
  properties: z.strictObject({
    ApiId: z.string(),
    IntegrationType: z.literal('AWS_PROXY'),
    IntegrationUri: z.string(),
    PayloadFormatVersion: z.literal('2.0'),
  }),
  async provision({ IntegrationUri }, { logicalID, plan }) {
    plan.integrations.set(logicalID, IntegrationUri);
    return { physicalID: logicalID };
  },
});

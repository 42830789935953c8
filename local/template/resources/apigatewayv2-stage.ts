import * as z from 'zod';
import { defineResourceType, notNeeded } from '../resource-type.ts';

/** The stage `$default`, which adds nothing to the path. */
export const httpStage = defineResourceType({
  type: 'AWS::ApiGatewayV2::Stage',
  properties: z.strictObject({
    ApiId: z.string(),
    StageName: z.literal('$default'),
    AutoDeploy: z.literal(true),
    AccessLogSettings: z
      .strictObject({
        DestinationArn: notNeeded('A log group of CloudWatch.'),
        Format: notNeeded('How CloudWatch shows a request.'),
      })
      .describe('Whoever runs the one machine sees their own requests.')
      .optional(),
    DefaultRouteSettings: z
      .strictObject({
        ThrottlingBurstLimit: notNeeded('Shields the account of AWS; here the machine itself is the limit.'),
        ThrottlingRateLimit: notNeeded('As the burst limit.'),
        DetailedMetricsEnabled: notNeeded('Metrics of CloudWatch.'),
      })
      .optional(),
    Tags: notNeeded('Labels for bills.'),
  }),
  provision: async ({ StageName }) => ({ physicalID: StageName }),
});

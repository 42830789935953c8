import * as z from 'zod';
import { defineResourceType } from '../resource-type.ts';

/** A route of the HTTP API. Only `$default` is known: all requests go to one function, which has its own router. */
export const httpRoute = defineResourceType({
  type: 'AWS::ApiGatewayV2::Route',
  properties: z.strictObject({
    ApiId: z.string(),
    AuthorizationType: z.literal('NONE').optional(),
    RouteKey: z.literal('$default'),
    Target: z.string().startsWith('integrations/'),
  }),
  async provision({ ApiId, RouteKey, Target }, { logicalID, plan }) {
    plan.routes.push({
      apiID: ApiId,
      routeKey: RouteKey,
      integrationID: Target.slice('integrations/'.length),
    });
    return { physicalID: logicalID };
  },
});

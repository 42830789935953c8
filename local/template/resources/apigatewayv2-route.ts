import * as z from 'zod';
import { defineResourceType } from '../resource-type.ts';

/** A route of the HTTP API: `$default`, or a method and a path, whose parameters each take one of its parts. */
export const httpRoute = defineResourceType({
  type: 'AWS::ApiGatewayV2::Route',
  properties: z.strictObject({
    ApiId: z.string(),
    AuthorizationType: z.literal('NONE').optional(),
    RouteKey: z.union([z.literal('$default'), z.string().regex(/^[A-Z]+ (?:\/(?:[\w.-]+|\{\w+\}))+$/)]),
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

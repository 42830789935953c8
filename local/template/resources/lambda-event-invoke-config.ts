import * as z from 'zod';
import { defineResourceType } from '../resource-type.ts';

/** How often an asynchronous invocation (by a schedule, by a rule) is repeated after the function failed. */
export const eventInvokeConfig = defineResourceType({
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: z.strictObject({
    FunctionName: z.string(),
    MaximumEventAgeInSeconds: z.int().default(21_600),
    MaximumRetryAttempts: z.int().min(0).max(2).default(2),
    Qualifier: z.literal('$LATEST'),
  }),
  async provision({ FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds }, { logicalID, plan }) {
    plan.asynchronousRetries.set(FunctionName, {
      maxAttempts: MaximumRetryAttempts,
      maxAgeSeconds: MaximumEventAgeInSeconds,
    });
    return { physicalID: logicalID };
  },
});

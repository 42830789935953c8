import * as z from 'zod';
import { defineResourceType } from '../resource-type.ts';

/** Lambda starts with five pollers where a mapping sets no limit; more would not help one machine. */
const DEFAULT_CONCURRENCY = 5;

/** A queue that feeds a function: run by `local/event-sources/`. */
export const eventSourceMapping = defineResourceType({
  type: 'AWS::Lambda::EventSourceMapping',
  properties: z.strictObject({
    BatchSize: z.int().min(1).max(10_000).default(10),
    Enabled: z.literal(true).optional(),
    EventSourceArn: z.string(),
    FunctionName: z.string(),
    FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
    MaximumBatchingWindowInSeconds: z.int().min(0).max(300).default(0),
    ScalingConfig: z.strictObject({ MaximumConcurrency: z.int().min(2).max(1000) }).optional(),
  }),
  async provision(properties, { logicalID, plan }) {
    const queueURL = plan.queueURLs.get(properties.EventSourceArn);
    if (!queueURL) throw new Error(`${properties.EventSourceArn} is no queue of this stack`);
    plan.eventSourceMappings.push({
      queueArn: properties.EventSourceArn,
      queueURL,
      // A name, or an ARN whose last part it is.
      functionName: properties.FunctionName.split(':').at(-1) ?? '',
      batchSize: properties.BatchSize,
      batchWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      maxConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? DEFAULT_CONCURRENCY,
      reportsItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    });
    return { physicalID: logicalID };
  },
});

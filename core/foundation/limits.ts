import * as z from 'zod';

const limit = z.int().min(1).max(1_000_000_000).nullable();

/**
 * What one application may ask for and keep; null for no limit. The defaults are those that Algolia documents:
 * requests per IP address and application, resources per application, tasks per source.
 */
const limitValuesSchema = z.strictObject({
  /** Requests for runs and events within 30 seconds. */
  observabilityRequestsPer30Seconds: limit.default(200),
  /** All other requests within a minute. */
  requestsPerMinute: limit.default(200),
  /** Authentic deliveries of one webhook within a minute. */
  webhookDeliveriesPerMinute: limit.default(12_000),
  authentications: limit.default(200),
  sources: limit.default(100),
  destinations: limit.default(500),
  tasksPerSource: limit.default(10),
  alerts: limit.default(100),
});

export type Limits = z.output<typeof limitValuesSchema>;

export const NO_LIMITS: Limits = {
  observabilityRequestsPer30Seconds: null,
  requestsPerMinute: null,
  webhookDeliveriesPerMinute: null,
  authentications: null,
  sources: null,
  destinations: null,
  tasksPerSource: null,
  alerts: null,
};

/** Limits as a configuration writes them: `off`, or an object with those that are not the default. */
export const limitsSchema = z
  .union(
    [z.literal('off'), limitValuesSchema],
    'must be off, or a JSON object of limits (a number or null each)',
  )
  .transform((limits) => (limits === 'off' ? NO_LIMITS : limits))
  .default(limitValuesSchema.parse({}));

/** The limits in the text that the stack writes into a function's environment. */
export function readLimits(text: string): Limits {
  const json: unknown = JSON.parse(text);
  return limitValuesSchema.parse(json);
}

import * as z from 'zod';

/** AWS's bounds and defaults, the same for rules and schedules: 24 hours, 185 retries. */
export const retryPolicySchema = z.strictObject({
  MaximumEventAgeInSeconds: z.int().min(60).max(86_400).default(86_400),
  MaximumRetryAttempts: z.int().min(0).max(185).default(185),
});
export type RetryPolicy = z.output<typeof retryPolicySchema>;

const FIRST_DELAY_MILLISECONDS = 500;
const LONGEST_DELAY_MILLISECONDS = 300_000;

/** How long to wait after the given number of failed attempts: doubling, with jitter. */
export function retryDelay(attempts: number): number {
  const longest = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** (attempts - 1), LONGEST_DELAY_MILLISECONDS);
  return Math.round(longest * (0.5 + Math.random() / 2));
}

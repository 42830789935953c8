import * as z from 'zod';

/** When, after an attempt that failed, the next is made: the schedule that Standard Webhooks advises, in seconds. */
const RETRY_AFTER_SECONDS = [
  5,
  5 * 60,
  30 * 60,
  2 * 3600,
  5 * 3600,
  10 * 3600,
  14 * 3600,
  20 * 3600,
  24 * 3600,
] as const;

export const TOLD_TRANSITIONS = ['opened', 'recovered', 'digest', 'test'] as const;

const attemptSchema = z.object({
  at: z.string(),
  isDelivered: z.boolean(),
  statusCode: z.int().optional(),
  /** What the other side said, or why it could not be asked. */
  answer: z.string(),
});
export type Attempt = z.output<typeof attemptSchema>;

/** One message to one channel, with every attempt to bring it there. */
export const deliverySchema = z.object({
  appID: z.string(),
  /** The incident, the digest or the test that it tells of. */
  aboutID: z.string(),
  /** The same in every attempt: by it a receiver knows a repeat. */
  deliveryID: z.string(),
  alertID: z.string(),
  channelID: z.string(),
  channelType: z.string(),
  transition: z.enum(TOLD_TRANSITIONS),
  status: z.enum(['pending', 'delivered', 'failed', 'cancelled', 'inDigest']),
  attempts: z.array(attemptSchema),
  /** Of status `inDigest`: where it was told instead. */
  digestID: z.string().optional(),
  dueAt: z.string().optional(),
  createdAt: z.string(),
});
export type Delivery = z.output<typeof deliverySchema>;

/** When to try again after `attempts` attempts; nothing when that was the last. A test is tried once. */
export function nextAttemptAt(
  { transition }: Pick<Delivery, 'transition'>,
  attempts: number,
  now: Date,
): Date | undefined {
  const seconds = transition === 'test' ? undefined : RETRY_AFTER_SECONDS[attempts - 1];
  return seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000);
}

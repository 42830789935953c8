import type { Deliver, DeliveryOptions } from './deliver.ts';
import type { DeliveryStore, StoredDelivery } from './delivery-store.ts';
import { retryDelay } from './retry-policy.ts';

/** Some three minutes: an attempt to bury is worth repeating for as long as it takes. */
const BURIAL_RETRY_MILLISECONDS = 180_000;

export interface AttemptContext {
  readonly store: DeliveryStore;
  readonly deliver: Deliver;
  readonly render: (payload: string, attempt: number) => string;
  /** The database is closed: what ends now is found again at the next start. */
  isClosed: boolean;
}

/** Tries once and notes the outcome: delivered, due again, or over and then to the dead-letter queue. */
export async function attemptDelivery(context: AttemptContext, delivery: StoredDelivery): Promise<void> {
  const isTriedEnough = delivery.attempts >= delivery.max_attempts;
  if (isTriedEnough || (delivery.attempts > 0 && Date.now() >= delivery.expires_at)) {
    await bury(context, delivery);
    return;
  }
  const attempts = delivery.attempts + 1;
  const group = delivery.message_group_id;
  try {
    const payload = context.render(delivery.payload, attempts);
    await context.deliver(delivery.target_arn, payload, group === null ? {} : { messageGroupId: group });
  } catch (error) {
    if (context.isClosed) return;
    const dueAt = Math.min(Date.now() + retryDelay(attempts), delivery.expires_at);
    context.store.postpone(
      delivery,
      attempts,
      attempts >= delivery.max_attempts ? Date.now() : dueAt,
      reasonOf(error),
    );
    return;
  }
  if (!context.isClosed) context.store.remove(delivery);
}

async function bury(context: AttemptContext, delivery: StoredDelivery): Promise<void> {
  if (delivery.dead_letter_arn !== null) {
    try {
      const payload = context.render(delivery.payload, delivery.attempts);
      await context.deliver(delivery.dead_letter_arn, payload, describeDeath(delivery));
    } catch (error) {
      const dueAt = Date.now() + BURIAL_RETRY_MILLISECONDS;
      if (!context.isClosed) context.store.postpone(delivery, delivery.attempts, dueAt, reasonOf(error));
      return;
    }
  }
  process.stderr.write(`${delivery.origin_arn}: gave up on ${delivery.target_arn}: ${delivery.last_error}\n`);
  if (!context.isClosed) context.store.remove(delivery);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-details */
function describeDeath(delivery: StoredDelivery): DeliveryOptions {
  const isExpired = delivery.attempts < delivery.max_attempts;
  return {
    messageAttributes: {
      RULE_ARN: delivery.origin_arn,
      TARGET_ARN: delivery.target_arn,
      ERROR_CODE: 'TARGET_FAILED',
      ERROR_MESSAGE: delivery.last_error || 'unknown',
      EXHAUSTED_RETRY_CONDITION: isExpired ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: String(delivery.attempts - 1),
    },
  };
}

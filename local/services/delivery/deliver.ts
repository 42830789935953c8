export interface DeliveryOptions {
  /** For a queue: the group of the message. */
  readonly messageGroupId?: string;
  /** For a dead-letter queue: string attributes that say what failed (RULE_ARN, TARGET_ARN, ERROR_CODE, …). */
  readonly messageAttributes?: Readonly<Record<string, string>>;
}

/**
 * Hands a payload to a target (a function, a queue). Resolves once the target has it durably; a rejection is tried
 * again. May be called twice for the same payload. Must settle in the end: a slot is taken until it does.
 */
export type Deliver = (targetArn: string, payload: string, options?: DeliveryOptions) => Promise<void>;

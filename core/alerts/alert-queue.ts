import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

import type { AlertHint } from './alert-message.ts';

/** SQS holds a message back for at most this long. */
const MAX_DELAY_SECONDS = 900;

/** The way to whoever sends alerts. At least once, in no order. */
export interface AlertQueue {
  send(hint: AlertHint, delaySeconds?: number): Promise<void>;
}

export function createAlertQueue(options: { client: SQSClient; queueUrl: string }): AlertQueue {
  return {
    async send(hint, delaySeconds = 0) {
      await options.client.send(
        new SendMessageCommand({
          QueueUrl: options.queueUrl,
          MessageBody: JSON.stringify(hint),
          DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds))),
        }),
      );
    },
  };
}
